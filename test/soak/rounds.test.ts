/** Many rounds, by `npm run test:soak`: what a process takes at the end is what it took near the beginning. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, type LearningState, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';

const [ROUNDS, WARM_UP, CLIENTS, EXAMPLES] = [10_000, 1_000, 4, 20];
const residentMegabytes = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

function learning() {
  const model = fromKerasModel(keras.sequential([keras.input({ shape: [784] }), keras.layers.dense({ units: 10 })]), {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 784], 'float32'), y: tensorSpec([null], 'int32') },
  });
  return algorithms.buildWeightedFedAvg(model, {
    clientOptimizer: optimizers.sgdm({ learningRate: 0.02 }),
    serverOptimizer: optimizers.adam({ learningRate: 0.001 }),
  });
}
// Reading data is not what is looked at: every client's is a part of one pool.
const pool = Float32Array.from({ length: EXAMPLES * 784 + 1000 }, (_, i) => ((i * 31) % 17) / 17);
const client = (c: number) =>
  data.clientDataset(
    {
      x: tensor(pool.subarray(c % 1000, (c % 1000) + EXAMPLES * 784), [EXAMPLES, 784]),
      y: tensor(Int32Array.from({ length: EXAMPLES }, (_, i) => (i + c) % 10)),
    },
    { batchSize: 10 },
  );

describe.runIf(process.platform === 'linux')('10,000 rounds', () => {
  it('take no more memory, handles or threads than 1,000', { timeout: 3_600_000 }, async () => {
    using process = learning();
    let state: LearningState = await process.initialize();
    const kept = Array.from({ length: CLIENTS }, (_, c) => client(c));
    const taken = async () => {
      await collectGarbage();
      return { handles: binding().stats(), threads: readdirSync('/proc/self/task').length, resident: residentMegabytes() };
    };
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round++)
        // Data that stays, and data that is made for the round and thrown away.
        ({ state } = await process.next(state, [...kept, () => client(round)]));
    };
    await rounds(WARM_UP);
    const before = await taken();
    await rounds(ROUNDS - WARM_UP);
    const after = await taken();
    expect(Number(state.round.data[0])).toBe(ROUNDS);
    expect(after.handles).toEqual(before.handles);
    expect(after.threads).toBe(before.threads);
    expect(after.resident).toBeLessThan(before.resident + 32);
  });
});
