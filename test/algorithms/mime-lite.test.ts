/** Numbers of TFF's mime_test and of the contract's section F.3. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, keras, ops, optimizers, tensor } from '../../src/index.js';
import type { Optimizer } from '../../src/keras/optimizers/optimizer.js';
import { fixtureD, flat, fourExamples, linearRegression, twoExamples, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, losses, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });
const momentum = () => optimizers.sgdm({ learningRate: 0.1, momentum: 0.9 });
const mimeLite = (baseOptimizer: Optimizer, change: Partial<Parameters<typeof algorithms.buildWeightedMimeLite>[1]> = {}) =>
  algorithms.buildWeightedMimeLite(linearRegression(), { baseOptimizer, ...change });
const broken = () => {
  const client = fixtureD();
  (client.x as { data: Float32Array }).data[0] = Number.NaN;
  return client;
};

describe('buildWeightedMimeLite', () => {
  it('moves with the momentum of the server', async () => {
    using process = mimeLite(momentum());
    let state = await process.initialize();
    const received: number[] = [];
    for (let round = 0; round < 3; round++) {
      const output = await process.next(state, [fixtureD()]);
      ({ state } = output);
      const { optimizer } = state.clientWork as unknown as { optimizer: { accumulator: { data: Float32Array }[] } };
      received.push(...flat(process.getModelWeights(state).trainable), ...flat(optimizer.accumulator), ...losses([output.metrics]));
    }
    const expected = [
      [0.274560494, 0, 0.102381481, -1.25, 0, -0.5, 0.110683255],
      [0.51818773, 0, 0.165464441, -1.260466049, 0, -0.435777778, 0.084648604],
      [0.566324638, 0, 0.113395231, -0.322565727, 0, 0.050546036, 0.186042502],
    ];
    expectClose(received, expected.flat());
  });

  it('is FedAvg with plain SGD, bit by bit', async () => {
    const clients = [fixtureD(), twoExamples()];
    using lite = algorithms.buildWeightedMimeLite(zeroModel(), { baseOptimizer: sgd(0.01), serverOptimizer: momentum() });
    using fedAvg = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.01), serverOptimizer: momentum() });
    const [a, b] = [await train(lite, clients, 3), await train(fedAvg, clients, 3)];
    expect(plain(a.state.globalModelWeights)).toEqual(plain(b.state.globalModelWeights));
    expect(plain(a.state.finalizer)).toEqual(plain(b.state.finalizer));
    a.metrics.forEach((m, i) => expect(m).toMatchObject(b.metrics[i] as object));
  });

  it("weighs clients' full gradients as their updates", async () => {
    const clients = [fourExamples(), twoExamples()];
    const accumulator = async (process: ReturnType<typeof mimeLite>) => {
      const { state } = await train(process, clients, 1);
      return flat((state.clientWork as unknown as { optimizer: { accumulator: { data: Float32Array }[] } }).optimizer.accumulator);
    };
    const base = optimizers.sgdm({ learningRate: 0.01, momentum: 0.5 });
    // At zero a client's gradient is -2 · mean(y · x): (2.5, 0, 1) and (7, 10, 3), downwards.
    using byExamples = algorithms.buildWeightedMimeLite(zeroModel(), { baseOptimizer: base });
    expectClose(await accumulator(byExamples), [-4, -10 / 3, -5 / 3]);
    using uniform = algorithms.buildWeightedMimeLite(zeroModel(), { baseOptimizer: base, clientWeighting: 'uniform' });
    expectClose(await accumulator(uniform), [-4.75, -5, -2]);
    using unweighted = algorithms.buildUnweightedMimeLite(zeroModel(), { baseOptimizer: base });
    expectClose(await accumulator(unweighted), [-4.75, -5, -2]);
    // The longer of the two is scaled down to length 5.
    const clipped = aggregators.clipping({ clippingNorm: 5, inner: aggregators.mean() });
    using own = algorithms.buildWeightedMimeLite(zeroModel(), {
      baseOptimizer: base,
      clientWeighting: 'uniform',
      fullGradientAggregator: clipped,
    });
    const factor = 5 / Math.hypot(7, 10, 3);
    expectClose(await accumulator(own), [-(2.5 + 7 * factor) / 2, -(10 * factor) / 2, -(1 + 3 * factor) / 2], 5);
    const { metrics } = await own.next(await own.initialize(), clients);
    expect(metrics.clientWork?.fullGradientAggregator).toMatchObject({ clippingNorm: 5, clippedCount: 1 });
  });

  it('does not change the state in the steps of clients, whatever the optimizer', async () => {
    // Adam from a fresh state makes steps of the rate's length, each with the first step's correction.
    using process = mimeLite(optimizers.adam({ learningRate: 0.01, epsilon: 1e-12 }), { localSteps: 3 });
    const { state } = await train(process, [fourExamples()], 1);
    expectClose([flat(process.getModelWeights(state).trainable)[0], flat(process.getModelWeights(state).trainable)[2]], [0.03, 0.03], 5);
    // One step with the full gradient since: the average of squares is (1 − beta2) · g².
    const { optimizer } = state.clientWork as unknown as {
      optimizer: { step: { data: Int32Array }; preconditioner: { data: Float32Array }[] };
    };
    expect(Array.from(optimizer.step.data)).toEqual([1]);
    expectClose(flat(optimizer.preconditioner), [0.001 * 1.25 ** 2, 0, 0.001 * 0.5 ** 2]);
  });

  it("schedules the base optimizer's rate by rounds", async () => {
    using process = mimeLite(momentum(), { clientLearningRate: [0, 0.1] });
    const first = await train(process, [fixtureD()], 1);
    expect(flat(process.getModelWeights(first.state).trainable)).toEqual([0, 0, 0]);
    // The momentum has moved all the same: round two is that of the rate 0.1 with it.
    expect(process.getHparams(first.state).clientWork).toEqual({ momentum: expect.closeTo(0.9, 6) });
    const second = await train(process, [fixtureD()], 1, first.state);
    expect(second.metrics[0]).toMatchObject({ clientWork: { clientLearningRate: expect.closeTo(0.1, 6) } });
    using fixed = mimeLite(momentum());
    const begun = await train(fixed, [fixtureD()], 1);
    const again = fixed.setModelWeights(begun.state, { trainable: [tensor([[0], [0]]), tensor([0])], nonTrainable: [] });
    const same = await train(fixed, [fixtureD()], 1, again);
    expect(plain(second.state.globalModelWeights)).toEqual(plain(same.state.globalModelWeights));
  });

  it('asks the schedule for the rate of each round, from 0 on', async () => {
    using process = mimeLite(momentum(), { clientLearningRate: (round) => ops.cast(round, 'float32') });
    const { metrics } = await train(process, [fixtureD()], 3);
    metrics.forEach((found, round) =>
      expect(found).toMatchObject({ clientWork: { clientLearningRate: round, train: { num_examples: 12 } } }),
    );
  });

  it('has the hyper-parameters of both optimizers in the state', async () => {
    using process = mimeLite(momentum(), { serverOptimizer: sgd(1) });
    const state = await process.initialize();
    expect(process.getHparams(state)).toEqual({
      clientWork: { learningRate: expect.closeTo(0.1, 6), momentum: expect.closeTo(0.9, 6) },
      finalizer: { learningRate: 1 },
    });
    const still = await train(process, [fixtureD()], 1, process.setHparams(state, { clientWork: { learningRate: 0 } }));
    expect(flat(process.getModelWeights(still.state).trainable)).toEqual([0, 0, 0]);
    expect(process.getHparams(still.state).clientWork.learningRate).toBe(0);
  });

  it('leaves out a client that is not finite, and keeps the state where none is', async () => {
    using process = mimeLite(momentum());
    const alone = await train(process, [fixtureD()], 1);
    const both = await train(process, [broken(), fixtureD()], 1);
    expect(plain(both.state)).toEqual(plain(alone.state));
    expect(both.metrics[0]).toMatchObject({ clientWork: { train: { num_examples: 12, num_non_finite_clients: 1 } } });
    const none = await train(process, [broken()], 1, alone.state);
    expect(plain({ ...none.state, round: 0 })).toEqual(plain({ ...alone.state, round: 0 }));
    expect(none.metrics[0]).toMatchObject({ finalizer: { updateNonFinite: 1 } });
  });

  it('takes an optimizer of Keras', async () => {
    using ours = mimeLite(momentum());
    using kerasOnes = mimeLite(keras.optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }) as unknown as Optimizer);
    const [a, b] = [await train(ours, [fixtureD()], 2), await train(kerasOnes, [fixtureD()], 2)];
    expectClose(flat(kerasOnes.getModelWeights(b.state).trainable), flat(ours.getModelWeights(a.state).trainable));
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => (c % 2 ? fixtureD() : fourExamples()).withOptions({ shuffle: true, seed: c }));
    await expectSameAtAnyConcurrency(() => algorithms.buildWeightedMimeLite(zeroModel(), { baseOptimizer: momentum(), seed: 2 }), clients);
  });

  it('refuses bad parts, data and states', async () => {
    const model = zeroModel();
    const weighted = (change: object) => () => algorithms.buildWeightedMimeLite(model, { baseOptimizer: sgd(0.1), ...change } as never);
    expect(weighted({ baseOptimizer: undefined })).toThrow(/`baseOptimizer` must be an optimizer/);
    expect(weighted({ modelAggregator: aggregators.unweightedMean() })).toThrow(/`modelAggregator` .*WeightedAggregationFactory/);
    expect(weighted({ fullGradientAggregator: aggregators.unweightedMean() })).toThrow(
      /`fullGradientAggregator` .*WeightedAggregationFactory/,
    );
    expect(weighted({ clientWeighting: 1 })).toThrow(/`clientWeighting` must be/);
    expect(weighted({ clientOptimizer: sgd(1) })).toThrow(/has no option `clientOptimizer`/);
    expect(weighted({ localSteps: 0 })).toThrow(/`localSteps` must be/);
    const unweighted = (change: object) => () => algorithms.buildUnweightedMimeLite(model, { baseOptimizer: sgd(0.1), ...change } as never);
    expect(unweighted({ fullGradientAggregator: aggregators.mean() })).toThrow(/UnweightedAggregationFactory/);
    expect(unweighted({ clientWeighting: 'uniform' })).toThrow(/has no option `clientWeighting`/);
    using process = weighted({})();
    await expect(process.next(await process.initialize(), [])).rejects.toThrow(/at least one/);
    using other = algorithms.buildWeightedFedAvg(model, { clientOptimizer: sgd(0.1) });
    await expect(process.next(await other.initialize(), [fixtureD()])).rejects.toThrow(/state of this process/);
    using few = unweighted({ fullGradientAggregator: aggregators.krum({ numMaliciousNodes: 1 }) })();
    await expect(few.next(await few.initialize(), [fixtureD()])).rejects.toThrow(/`clients` must be at least/);
    using sampling = unweighted({ fullGradientAggregator: aggregators.unweightedReservoirSampling({ sampleSize: 2 }) })();
    await expect(sampling.next(await sampling.initialize(), [fixtureD()])).rejects.toThrow(
      /`fullGradientAggregator` must give a result like the updates/,
    );
  });
});
