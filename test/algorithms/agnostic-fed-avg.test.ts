/** Rounds of agnostic federated averaging in plain numbers, and the model for the worst mixture of two domains. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { flat } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

/** `y = w`: the loss of a client is `(w − e)²`, whatever its examples. */
const scalarModel = () =>
  fromKerasModel(
    keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })]),
    { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) } },
  );
/** A client of the domain that its name begins with. */
const client = (id: string, e: number, rows: number, options = {}) =>
  data.clientDataset(
    { x: tensor(new Float32Array(rows).fill(1), [rows, 1]), y: tensor(new Float32Array(rows).fill(e), [rows, 1]) },
    { id, batchSize: 2, ...options },
  );
const domainOf = (id: string) => Number(id[0]);
const build = (options: object = {}) =>
  algorithms.buildAgnosticFedAvg(scalarModel(), {
    domainOf,
    initialDomainWeights: [0.5, 0.3, 0.2],
    domainLearningRate: 0.4,
    clientOptimizer: sgd(0.1),
    ...options,
  } as never);

const COHORTS = [
  [
    { id: '0a', e: 1, rows: 2 },
    { id: '0b', e: 2, rows: 5 },
    { id: '1a', e: -1, rows: 3 },
    { id: '2a', e: 4, rows: 1 },
  ],
  // Nobody of domain 1.
  [
    { id: '0b', e: 2, rows: 5 },
    { id: '2b', e: 3, rows: 4 },
  ],
  [
    { id: '1a', e: -1, rows: 3 },
    { id: '1b', e: -2, rows: 7 },
  ],
];
const clientsOf = (cohort: (typeof COHORTS)[0]) => cohort.map(({ id, e, rows }) => client(id, e, rows));
const tensors = (t: unknown) => Array.from((t as { data: Float32Array }).data);

describe('buildAgnosticFedAvg', () => {
  it.each(['num_examples', 'uniform'] as const)('makes the rounds of its definition, weighted by %s', async (clientWeighting) => {
    using process = build({ clientWeighting });
    let state = await process.initialize();
    let [w, lambda] = [0, [0.5, 0.3, 0.2]];
    for (const cohort of COHORTS) {
      const output = await process.next(state, clientsOf(cohort));
      ({ state } = output);
      const size = (rows: number) => (clientWeighting === 'uniform' ? 1 : rows);
      const perDomain = (value: (k: (typeof cohort)[0]) => number) =>
        lambda.map((_, d) => cohort.filter(({ id }) => domainOf(id) === d).reduce((sum, k) => sum + value(k), 0));
      const counts = perDomain(({ rows }) => size(rows));
      const start = w;
      const losses = perDomain(({ e, rows }) => size(rows) * (start - e) ** 2).map((loss, d) => loss / (counts[d] as number));
      // Each step brings the weight nearer by the factor 1 − 2 · 0.1.
      const change = ({ e, rows }: { e: number; rows: number }) => (start - e) * (1 - 0.8 ** Math.ceil(rows / 2));
      const weight = ({ id, rows }: { id: string; rows: number }) =>
        ((lambda[domainOf(id)] as number) * size(rows)) / (counts[domainOf(id)] as number);
      const total = cohort.reduce((sum, k) => sum + weight(k), 0);
      w -= cohort.reduce((sum, k) => sum + weight(k) * change(k), 0) / total;
      const raised = lambda.map((l, d) => ((counts[d] as number) > 0 ? l * Math.exp(0.4 * (losses[d] as number)) : 0));
      const held = lambda.reduce((sum, l, d) => sum + ((counts[d] as number) > 0 ? l : 0), 0);
      const all = raised.reduce((a, b) => a + b, 0);
      lambda = lambda.map((l, d) => ((counts[d] as number) > 0 ? ((raised[d] as number) * held) / all : l));
      expect(flat(process.getModelWeights(state).trainable)[0]).toBeCloseTo(w, 5);
      const { domainWeights, domainLosses } = output.metrics.clientWork as unknown as Record<string, unknown>;
      tensors(domainWeights).forEach((value, d) => expect(value).toBeCloseTo(lambda[d] as number, 5));
      tensors(domainLosses).forEach((value, d) =>
        Number.isNaN(losses[d]) ? expect(value).toBeNaN() : expect(value).toBeCloseTo(losses[d] as number, 4),
      );
      expect(plain((state.clientWork as Record<string, unknown>).domainWeights)).toEqual(plain(domainWeights));
    }
  });

  it('finds the model that is as good for a small domain as for a large one, where FedAvg is that of the large one', async () => {
    const clients = [...Array.from({ length: 9 }, (_, c) => client(`0 ${c}`, 0, 4)), client('1', 2, 4)];
    using agnostic = build({ initialDomainWeights: [0.9, 0.1], domainLearningRate: 0.2 });
    using fedAvg = algorithms.buildWeightedFedAvg(scalarModel(), { clientOptimizer: sgd(0.1) });
    const last = async (process: typeof fedAvg, rounds: number) =>
      flat((await train(process, clients, rounds)).state.globalModelWeights.trainable)[0] as number;
    expect(await last(fedAvg, 50)).toBeCloseTo(0.2, 2);
    expect(await last(agnostic, 200)).toBeCloseTo(1, 1);
  });

  it('has the rate of domains among its hyper-parameters, and with 0 keeps their weights', async () => {
    using process = build({ clientLearningRate: [0.1, 0.2], maxGradientNorm: 0.5 });
    const state = await process.initialize();
    expect(process.getHparams(state).clientWork).toEqual({ domainLearningRate: expect.closeTo(0.4, 6) });
    const still = process.setHparams(state, { clientWork: { domainLearningRate: 0 } });
    const { state: next, metrics } = await process.next(still, [client('0', 5, 2), client('1', 9, 2)]);
    tensors((next.clientWork as Record<string, unknown>).domainWeights).forEach((value, d) =>
      expect(value).toBeCloseTo([0.5, 0.3, 0.2][d] as number, 6),
    );
    // One step of length 0.5 at the rate of round 0 for both.
    expect(flat(next.globalModelWeights.trainable)[0]).toBeCloseTo(0.05, 6);
    expect(metrics.clientWork?.clientLearningRate).toBeCloseTo(0.1, 6);
  });

  it('keeps finite weights whatever the losses', async () => {
    using process = build({ domainLearningRate: 10 });
    const { state, metrics } = await train(process, [client('0', 100, 2), client('1', 90, 2), client('2', Number.NaN, 2)], 2);
    tensors((state.clientWork as Record<string, unknown>).domainWeights).forEach((value, d) =>
      expect(value).toBeCloseTo([0.8, 0, 0.2][d] as number, 6),
    );
    expect(flat(state.globalModelWeights.trainable)[0]).toBeGreaterThan(10);
    expect(metrics[1]).toMatchObject({ clientWork: { train: { num_non_finite_clients: 1 } } });
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => client(`${c % 3}${c}`, c, 1 + (c % 4), { shuffle: true }));
    await expectSameAtAnyConcurrency(() => build({ seed: 1 }), clients);
  });

  it('refuses bad parts, clients without names or domains, and states of others', async () => {
    const bad = (options: object) => () => build(options);
    expect(bad({ domainOf: 1 })).toThrow(/`domainOf` must be a function/);
    expect(bad({ initialDomainWeights: [0.5, 0.4] })).toThrow(/must add up to 1/);
    expect(bad({ initialDomainWeights: [] })).toThrow(/must add up to 1/);
    expect(bad({ initialDomainWeights: [1.5, -0.5] })).toThrow(/`initialDomainWeights\[1\]` must be/);
    expect(bad({ initialDomainWeights: 1 })).toThrow(/`initialDomainWeights` must be a list/);
    expect(bad({ domainLearningRate: -1 })).toThrow(/`domainLearningRate` must be/);
    expect(bad({ clientOptimizer: undefined })).toThrow(/`clientOptimizer` must be an optimizer/);
    expect(bad({ localSteps: 2 })).toThrow(/has no option `localSteps`/);
    expect(bad({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
    using process = build();
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    const { x, y } = client('0', 1, 1);
    await expect(process.next(state, [data.clientDataset({ x, y })])).rejects.toThrow(/`clients\[0\]` must have a name/);
    await expect(process.next(state, [client('0', 1, 1), client('3', 1, 1)])).rejects.toThrow(
      /domainOf returns for "3"` must be .*\[0, 2\]/,
    );
    await expect(process.next(state, [client('none', 1, 1)])).rejects.toThrow(/domainOf returns for "none"` must be a whole number/);
    using two = build({ initialDomainWeights: [0.5, 0.5] });
    await expect(process.next(await two.initialize(), [client('0', 1, 1)])).rejects.toThrow(/state of this process/);
    const { state: next } = await process.next(state, [client('0', 1, 1)]);
    expect(next.clients).toEqual({});
  });
});
