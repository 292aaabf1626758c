import { algorithms, data, type LearningState, optimizers, tensor } from '../../src/index.js';
import { decodeState, encodeState } from '../../src/programs/state-file.js';
import { Random } from '../../src/random.js';
import { flat, fourExamples, randomModel, zeroModel } from '../templates/fixtures.js';

export const clientOptimizer = optimizers.sgdm({ learningRate: 0.1 });

export const idsOf = (size: number) => Array.from({ length: size }, (_, i) => `client ${i}`);
/** Clients that differ, by their names. */
export const randomClients = (size = 8) =>
  data.clientData({
    ids: idsOf(size),
    dataset: (id) => {
      const random = new Random(3, Number(id.slice(7)));
      const x = tensor(
        Float32Array.from({ length: 20 }, () => random.normal()),
        [5, 4],
      );
      return data.clientDataset({ x, y: tensor(Int32Array.from({ length: 5 }, () => random.integer(3))) }, { batchSize: 2, shuffle: true });
    },
  });
export const training = (model = randomModel()) => algorithms.buildWeightedFedAvg(model, { clientOptimizer, seed: 4 });
/** Clients that are all alike, for tests of who takes part. */
export const alike = (size: number, dataset: (id: string) => data.ClientDataset | Promise<data.ClientDataset> = () => fourExamples()) =>
  data.clientData({ ids: idsOf(size), dataset });
export const zeroTraining = (model = zeroModel()) => algorithms.buildWeightedFedAvg(model, { clientOptimizer });

export async function all<T>(rounds: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const round of rounds) list.push(round);
  return list;
}
/** All that is in a state, as numbers. */
export const numbers = (state: LearningState) => [...flat(state.globalModelWeights.trainable), Number(state.round.data[0])];
/** What a file gives back. */
export const saved = (state: LearningState) => decodeState(encodeState(state), 'a file') as unknown as LearningState;
export const never = () => new Promise<never>(() => {});
