/** Mime's steps as its paper has them (algorithm 1), written out here for a model of one weight, and clients that differ. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, zeroModel } from '../templates/fixtures.js';
import { expectClose, expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number, momentum: number | null = null) => optimizers.sgdm({ learningRate, momentum });

/** `y = w x` from `w = 0.5`. */
const scalarModel = () =>
  fromKerasModel(
    keras.sequential([
      keras.input({ shape: [1] }),
      keras.layers.dense({ units: 1, useBias: false, kernelInitializer: keras.initializers.constant({ value: 0.5 }) }),
    ]),
    { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
  );
type Pairs = readonly (readonly [number, number])[];
const client = (xy: Pairs) =>
  data.clientDataset({ x: tensor(xy.map(([x]) => [x])), y: tensor(xy.map(([, y]) => [y])) }, { batchSize: 1, epochs: 2 });
const CLIENTS: readonly Pairs[] = [
  [
    [1, 3],
    [2, 5],
    [1, 2],
  ],
  [
    [1, -1],
    [2, 0],
  ],
];
const gradient = (w: number, [x, y]: readonly [number, number]) => 2 * (w * x - y) * x;

/** Rounds of the paper with SGD and momentum: weight and momentum after each, for weights of the clients. */
function paper(rounds: number, { rate, beta, weights }: { rate: number; beta: number; weights: readonly number[] }) {
  let [x, momentum] = [0.5, 0];
  const history: number[] = [];
  const average = (values: readonly number[]) =>
    values.reduce((sum, v, i) => sum + v * (weights[i] as number), 0) / weights.reduce((a, b) => a + b);
  for (let round = 0; round < rounds; round++) {
    const c = average(CLIENTS.map((xy) => xy.reduce((sum, pair) => sum + gradient(x, pair), 0) / xy.length));
    const trained = CLIENTS.map((xy) => {
      let y = x;
      for (const pair of [...xy, ...xy]) y -= rate * (beta * momentum + gradient(y, pair) - gradient(x, pair) + c);
      return y;
    });
    momentum = beta * momentum + c;
    x = average(trained);
    history.push(x, momentum);
  }
  return history;
}

describe('buildWeightedMime', () => {
  it.each([
    ['num_examples', [6, 4]],
    ['uniform', [1, 1]],
  ] as const)("makes the paper's steps (%s)", async (clientWeighting, weights) => {
    using process = algorithms.buildWeightedMime(scalarModel(), { baseOptimizer: sgd(0.03, 0.8), clientWeighting });
    const received: number[] = [];
    let state = await process.initialize();
    for (let round = 0; round < 4; round++) {
      ({ state } = await process.next(state, CLIENTS.map(client)));
      const { optimizer } = state.clientWork as unknown as { optimizer: { accumulator: { data: Float32Array }[] } };
      received.push(...flat(process.getModelWeights(state).trainable), ...flat(optimizer.accumulator));
    }
    expectClose(received, paper(4, { rate: 0.03, beta: 0.8, weights }), 4);
  });

  it('is Mime Lite with one client whose batch is all it has, regularisers included', async () => {
    // Then c is what is subtracted.
    const one = () => fixtureD().withOptions({ batchSize: 12, epochs: 5 });
    const options = { baseOptimizer: sgd(0.1, 0.9) };
    const kernelRegularizer = keras.regularizers.l2({ l2: 0.5 });
    const model = fromKerasModel(
      keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'ones', kernelRegularizer })]),
      { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } },
    );
    using mime = algorithms.buildWeightedMime(model, options);
    using lite = algorithms.buildWeightedMimeLite(model, options);
    const [a, b] = [await train(mime, [one()], 3), await train(lite, [one()], 3)];
    expectClose(flat(mime.getModelWeights(a.state).trainable), flat(lite.getModelWeights(b.state).trainable), 4);
  });

  it('stays at the optimum of all clients, which Mime Lite leaves', async () => {
    // The least squares of all five pairs: Σ x y / Σ x².
    const optimum = 14 / 11;
    const drift = async (build: typeof algorithms.buildWeightedMime) => {
      using process = build(scalarModel(), { baseOptimizer: sgd(0.03) });
      const state = process.setModelWeights(await process.initialize(), { trainable: [tensor([[optimum]])], nonTrainable: [] });
      const after = await train(process, CLIENTS.map(client), 3, state);
      return Math.abs((flat(process.getModelWeights(after.state).trainable)[0] as number) - optimum);
    };
    expect(await drift(algorithms.buildWeightedMime)).toBeLessThan(1e-6);
    expect(await drift(algorithms.buildWeightedMimeLite)).toBeGreaterThan(0.01);
  });

  it('loads a client twice a round', async () => {
    using process = algorithms.buildUnweightedMime(zeroModel(), { baseOptimizer: sgd(0.1) });
    let loaded = 0;
    const lazy = async () => {
      loaded += 1;
      return fixtureD();
    };
    const { metrics } = await process.next(await process.initialize(), [lazy, lazy]);
    expect(loaded).toBe(4);
    expect(metrics.clientWork?.train).toMatchObject({ num_examples: 24, num_non_finite_clients: 0 });
  });

  it('leaves out a client that is not finite, and keeps the state where none is', async () => {
    const broken = fixtureD();
    (broken.x as { data: Float32Array }).data[0] = Number.NaN;
    using process = algorithms.buildWeightedMime(zeroModel(), { baseOptimizer: sgd(0.1, 0.9) });
    const alone = await train(process, [fixtureD()], 1);
    const both = await train(process, [broken, fixtureD()], 1);
    expect(plain(both.state)).toEqual(plain(alone.state));
    expect(both.metrics[0]).toMatchObject({ clientWork: { train: { num_non_finite_clients: 1 } } });
    const none = await train(process, [broken], 1, alone.state);
    expect(plain({ ...none.state, round: 0 })).toEqual(plain({ ...alone.state, round: 0 }));
  });

  it('goes on from a state as if it had never stopped', async () => {
    const build = () => algorithms.buildWeightedMime(scalarModel(), { baseOptimizer: optimizers.adam({ learningRate: 0.05 }) });
    using one = build();
    const first = await train(one, CLIENTS.map(client), 2);
    const second = await train(one, CLIENTS.map(client), 2, first.state);
    using other = build();
    const resumed = await train(other, CLIENTS.map(client), 2, first.state);
    expect(plain(resumed)).toEqual(plain(second));
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => (c % 2 ? fixtureD() : fourExamples()).withOptions({ shuffle: true, seed: c }));
    await expectSameAtAnyConcurrency(
      () => algorithms.buildWeightedMime(zeroModel(), { baseOptimizer: sgd(0.02, 0.9), seed: 2, clientLearningRate: [0.02, 0.01] }),
      clients,
    );
  });

  it('refuses bad parts, data and states', async () => {
    const model = zeroModel();
    const options = { baseOptimizer: sgd(0.1) };
    expect(() => algorithms.buildWeightedMime(model, { ...options, modelAggregator: aggregators.unweightedMean() })).toThrow(
      /WeightedAggregationFactory/,
    );
    expect(() => algorithms.buildUnweightedMime(model, { ...options, fullGradientAggregator: aggregators.mean() })).toThrow(
      /`fullGradientAggregator` .*UnweightedAggregationFactory/,
    );
    expect(() => algorithms.buildWeightedMime(model, {} as never)).toThrow(/`baseOptimizer` must be an optimizer/);
    using process = algorithms.buildWeightedMime(model, options);
    await expect(process.next(await process.initialize(), [])).rejects.toThrow(/at least one/);
    using other = algorithms.buildWeightedMime(model, { baseOptimizer: sgd(0.1, 0.9) });
    await expect(process.next(await other.initialize(), [fixtureD()])).rejects.toThrow(/state of this process/);
  });
});
