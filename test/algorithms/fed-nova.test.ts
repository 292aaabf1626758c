/** FedNova's rounds in plain numbers, and the optimum that FedAvg misses. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { flat, zeroModel } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

/** `y = w`: the loss of a client is `(w − e)²`, whatever its examples. */
const scalarModel = () =>
  fromKerasModel(
    keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })]),
    { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
  );
const client = (e: number, rows: number, options = {}) =>
  data.clientDataset(
    { x: tensor(new Float32Array(rows).fill(1), [rows, 1]), y: tensor(new Float32Array(rows).fill(e), [rows, 1]) },
    { batchSize: 1, ...options },
  );

/** Where a client ends, and what its gradients count, by their definitions. */
function local(w: number, e: number, steps: number, rate: number, momentum: number) {
  let [velocity, count] = [0, 0];
  for (let k = 0; k < steps; k++) {
    velocity = momentum * velocity + 2 * (w - e);
    w -= rate * velocity;
    // The coefficient of the k-th gradient: 1 + ρ + … for all steps from it on.
    for (let j = 0; j < steps - k; j++) count += momentum ** j;
  }
  return { w, count };
}

describe('buildFedNova', () => {
  it.each([0, 0.7])("makes the paper's rounds with momentum %d", async (momentum) => {
    const rate = 0.05;
    // Eight steps of a client with four examples, and one of a client with two.
    const clients = [client(1, 4, { epochs: 2 }), client(-3, 2, { batchSize: 2 }), client(5, 3)];
    const [steps, examples] = [
      [8, 1, 3],
      [8, 2, 3],
    ];
    for (const clientWeighting of ['num_examples', 'uniform'] as const) {
      const clientOptimizer = optimizers.sgdm({ learningRate: rate, momentum });
      using process = algorithms.buildFedNova(scalarModel(), { clientOptimizer, clientWeighting });
      let state = await process.initialize();
      let w = 0;
      const p = clientWeighting === 'uniform' ? [1 / 3, 1 / 3, 1 / 3] : (examples as number[]).map((n) => n / 13);
      for (let round = 0; round < 3; round++) {
        const output = await process.next(state, clients);
        ({ state } = output);
        const ends = [1, -3, 5].map((e, i) => local(w, e, steps?.[i] as number, rate, momentum));
        const tau = ends.reduce((sum, { count }, i) => sum + (p[i] as number) * count, 0);
        w -= tau * ends.reduce((sum, end, i) => sum + ((p[i] as number) * (w - end.w)) / end.count, 0);
        expect(flat(process.getModelWeights(state).trainable)[0]).toBeCloseTo(w, 5);
        expect(output.metrics.clientWork?.effectiveSteps).toBeCloseTo(tau, 4);
      }
    }
  });

  it('is FedAvg where all clients make as many steps', async () => {
    const clients = [client(1, 4), client(-3, 4), client(2, 4)];
    const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.02, momentum: 0.5, nesterov: true }) };
    using nova = algorithms.buildFedNova(scalarModel(), options);
    using fedAvg = algorithms.buildWeightedFedAvg(scalarModel(), options);
    const [a, b] = [await train(nova, clients, 4), await train(fedAvg, clients, 4)];
    expect(flat(nova.getModelWeights(a.state).trainable)[0]).toBeCloseTo(flat(fedAvg.getModelWeights(b.state).trainable)[0] as number, 6);
  });

  it('finds the optimum whatever the numbers of steps, from which FedAvg is drawn to those that make more', async () => {
    // Objectives that count the same, with their optimum at 1: 1 and 9 steps draw FedAvg to about 1.8.
    const clients = [client(0, 2, { batchSize: 2 }), client(2, 9)];
    const options = { clientOptimizer: sgd(0.001), clientWeighting: 'uniform', serverOptimizer: sgd(20) } as const;
    using nova = algorithms.buildFedNova(scalarModel(), options);
    using fedAvg = algorithms.buildWeightedFedAvg(scalarModel(), options);
    const last = async (process: typeof nova) => flat((await train(process, clients, 60)).state.globalModelWeights.trainable)[0] as number;
    expect(await last(nova)).toBeCloseTo(1, 1);
    expect(await last(fedAvg)).toBeCloseTo(1.8, 1);
  });

  it('takes steps, clipping and a schedule, and does nothing with a rate of 0', async () => {
    const options = { clientOptimizer: sgd(1), clientLearningRate: [0.1, 0], localSteps: 3, maxGradientNorm: 0.5 };
    using process = algorithms.buildFedNova(scalarModel(), options);
    const first = await train(process, [client(1, 1), client(1, 7)], 1);
    expect(flat(first.state.globalModelWeights.trainable)[0]).toBeCloseTo(3 * 0.1 * 0.5, 6);
    expect(first.metrics[0]).toMatchObject({ clientWork: { effectiveSteps: 3 } });
    const second = await train(process, [client(1, 1)], 1, first.state);
    expect(plain(second.state.globalModelWeights)).toEqual(plain(first.state.globalModelWeights));
    expect(second.metrics[0]).toMatchObject({ clientWork: { clientLearningRate: 0 }, finalizer: { updateNonFinite: 0 } });
  });

  it('leaves out a client whose training is not finite', async () => {
    using process = algorithms.buildFedNova(scalarModel(), { clientOptimizer: sgd(0.1) });
    const alone = await train(process, [client(1, 3)], 1);
    const { state, metrics } = await train(process, [client(1, 3), client(Number.NaN, 2)], 1);
    expect(plain(state.globalModelWeights)).toEqual(plain(alone.state.globalModelWeights));
    expect(metrics[0]).toMatchObject({ clientWork: { effectiveSteps: 3, train: { num_non_finite_clients: 1, num_examples: 3 } } });
    const nobody = await train(process, [client(Number.NaN, 2)], 1);
    expect(flat(nobody.state.globalModelWeights.trainable)).toEqual([0]);
    expect(nobody.metrics[0]).toMatchObject({ finalizer: { updateNonFinite: 1 } });
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => client(c, 1 + (c % 4), { shuffle: true }));
    const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.01, momentum: 0.9 }), seed: 1 };
    await expectSameAtAnyConcurrency(() => algorithms.buildFedNova(scalarModel(), options), clients);
  });

  it('refuses bad parts, data and states', async () => {
    const build =
      (options: object, model: unknown = zeroModel()) =>
      () =>
        algorithms.buildFedNova(model as never, options as never);
    expect(build({})).toThrow(/`clientOptimizer` must be an optimizer/);
    expect(build({ clientOptimizer: sgd(0.1), tau: 1 })).toThrow(/has no option `tau`/);
    expect(build({ clientOptimizer: sgd(0.1), localSteps: 0 })).toThrow(/`localSteps` must be/);
    expect(build({ clientOptimizer: sgd(0.1), clientWeighting: 1 })).toThrow(/`clientWeighting` must be/);
    expect(build({ clientOptimizer: sgd(0.1), modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
    expect(build({ clientOptimizer: sgd(0.1) }, null)).toThrow(/`model` must be a federated model/);
    using process = build({ clientOptimizer: sgd(0.1) })();
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    await expect(process.next(state, [client(1, 1)])).rejects.toThrow(/clients\[0\].x/);
    using other = algorithms.buildFedNova(scalarModel(), { clientOptimizer: sgd(0.1) });
    await expect(process.next(await other.initialize(), [client(1, 1)])).rejects.toThrow(/state of this process/);
  });
});
