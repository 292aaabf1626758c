/** The option `metricsAggregator` of every algorithm whose clients train or evaluate. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, type LearningProcess, metrics, tensor, tensorSpec } from '../../src/index.js';
import { clientOptimizer, EVALUATION, TRAINING } from '../algorithms/every.js';
import { expectSameAtAnyConcurrency } from '../algorithms/fixtures.js';
import { fixtureD, fourExamples, twoExamples, zeroModel } from '../templates/fixtures.js';
import { plain } from './fixtures.js';

const named = [fixtureD, fourExamples, twoExamples].map((make, i) => make().withOptions({ batchSize: 2, id: `client ${i}` }));

/** The last of some rounds' metrics, from the state before that round too. */
async function last(process: LearningProcess, count = 1) {
  let state = await process.initialize();
  let output = await process.next(state, named);
  for (let round = 1; round < count; round++) {
    ({ state } = output);
    output = await process.next(state, named);
  }
  process.dispose();
  return output.metrics.clientWork as NonNullable<typeof output.metrics.clientWork>;
}

describe.each(Object.entries(TRAINING))('%s', (_, build) => {
  it('reports what the metrics aggregator makes of the clients', async () => {
    const { train: summed } = await last(build(zeroModel()));
    const { train: secure } = await last(build(zeroModel(), { metricsAggregator: metrics.secureSumThenFinalize() }));
    const { train: sampled } = await last(build(zeroModel(), { metricsAggregator: metrics.finalizeThenSample() }));
    const { train: spread } = await last(build(zeroModel(), { metricsAggregator: metrics.perClient() }));
    expect(Object.keys(summed as object)).toEqual(['loss', 'num_batches', 'num_examples', 'num_non_finite_clients']);
    expect(secure).toMatchObject({ num_examples: summed?.num_examples, num_non_finite_clients: 0 });
    expect(secure?.loss).toBeCloseTo(summed?.loss as number, 3);
    expect(Object.keys(secure?.secureSumMeasurements as object)).toEqual(['0/1048575/float32', '0/1048575/int64']);
    const each = plain(sampled) as { loss: number[]; num_examples: number[]; num_non_finite_clients: number };
    expect(each.num_non_finite_clients).toBe(0);
    expect(each.num_examples.reduce((a, b) => a + b)).toBe(summed?.num_examples);
    const weighted = each.loss.reduce((total, loss, i) => total + loss * (each.num_examples[i] as number), 0);
    expect(weighted / (summed?.num_examples as number)).toBeCloseTo(summed?.loss as number, 5);
    const { perClient, ...others } = spread as unknown as Record<string, { loss: unknown }>;
    expect(others).toEqual(summed);
    expect(plain(perClient?.loss)).toMatchObject({
      numClients: 3,
      mean: expect.closeTo(each.loss.reduce((a, b) => a + b) / 3, 6),
      quantiles: { 0: expect.closeTo(Math.min(...each.loss), 6), 4: expect.closeTo(Math.max(...each.loss), 6) },
    });
  });
});

describe.each(Object.entries(TRAINING))('%s', (_, build) => {
  it("goes on from the metrics aggregator's state", async () => {
    // Bounds of losses follow the clients' from round to round.
    const metricValueRanges = metrics.createDefaultSecureSumQuantizationRanges(zeroModel());
    using process = build(zeroModel(), { metricsAggregator: metrics.secureSumThenFinalize({ metricValueRanges }) });
    let state = await process.initialize();
    const thresholds: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const output = await process.next(state, named);
      ({ state } = output);
      thresholds.push(plain(output.metrics.clientWork?.train?.secureSumMeasurements));
    }
    expect(thresholds[1]).not.toEqual(thresholds[0]);
    expect(thresholds[2]).not.toEqual(thresholds[1]);
  });
});

describe.each(Object.entries(EVALUATION))('%s', (name, build) => {
  const of = (work: Awaited<ReturnType<typeof last>>) => (name === 'fedMultiModelEval' ? work.eval?.b : work.eval);

  it('reports what the metrics aggregator makes of the clients, of a round and of all', async () => {
    const summed = of(await last(build(zeroModel())));
    const sampled = of(await last(build(zeroModel(), { metricsAggregator: metrics.finalizeThenSample({ sampleSize: 4 }) }), 2));
    const current = plain(sampled?.currentRoundMetrics) as { num_examples: number[] };
    const total = plain(sampled?.totalRoundsMetrics) as { num_examples: number[] };
    expect(current.num_examples.reduce((a, b) => a + b)).toBe(summed?.currentRoundMetrics?.num_examples);
    // Of both rounds' six.
    expect(total.num_examples.length).toBe(4);
    const spread = of(await last(build(zeroModel(), { metricsAggregator: metrics.perClient() }), 2));
    expect(spread?.currentRoundMetrics).toMatchObject(summed?.currentRoundMetrics as object);
    expect(spread?.totalRoundsMetrics?.num_examples).toBe(2 * (summed?.currentRoundMetrics?.num_examples as number));
    expect(spread?.totalRoundsMetrics?.perClient?.loss?.numClients).toBe(6);
    expect(spread?.totalRoundsMetrics?.perClient?.loss?.mean).toBeCloseTo(spread?.currentRoundMetrics?.perClient?.loss?.mean as number, 12);
    const secure = of(await last(build(zeroModel(), { metricsAggregator: metrics.secureSumThenFinalize() }), 2));
    expect(secure?.totalRoundsMetrics?.loss).toBeCloseTo(summed?.totalRoundsMetrics?.loss as number, 3);
    expect(Object.keys(secure?.totalRoundsMetrics as object)).not.toContain('secureSumMeasurements');
    expect(Object.keys(secure?.currentRoundMetrics as object)).toContain('secureSumMeasurements');
  });
});

describe('metricsAggregator', () => {
  const broken = () => data.clientDataset({ x: tensor([[Number.NaN, 0]]), y: tensor([[1]]) });

  it('leaves out clients whose training is not finite', async () => {
    const metricsAggregator = metrics.perClient({ inner: metrics.finalizeThenSample() });
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, metricsAggregator });
    const output = await process.next(await process.initialize(), [broken(), twoExamples(), broken(), fourExamples()]);
    const train = plain(output.metrics.clientWork?.train) as Record<string, number[]>;
    expect(train.num_non_finite_clients).toBe(2);
    expect(train.num_examples?.toSorted()).toEqual([2, 4]);
    expect(train.perClient).toMatchObject({ num_examples: { numClients: 2, mean: 3 } });
  });

  it('keeps estimates from round to round, and hyper-parameters beside them', async () => {
    const upper = new (await import('../aggregators/fixtures.js')).Growing(100);
    const metricsAggregator = metrics.secureSumThenFinalize({ metricValueRanges: { num_examples: [[0, upper]] } });
    using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, metricsAggregator });
    let { state, metrics: found } = await process.next(await process.initialize(), named);
    expect(found.clientWork?.train?.num_examples).toBe(3);
    ({ state, metrics: found } = await process.next(state, named));
    expect(found.clientWork?.train?.num_examples).toBe(18);
    expect(process.getHparams(state).clientWork).toEqual({ learningRate: expect.closeTo(0.01, 6) });
  });

  it('samples other clients with another seed', async () => {
    const metricsAggregator = metrics.finalizeThenSample({ sampleSize: 3 });
    const many = Array.from({ length: 40 }, (_, i) => data.clientDataset({ x: tensor([[i, 0]]), y: tensor([[Math.sqrt(i)]]) }));
    const sampled = async (seed: number) => {
      using process = algorithms.buildFedEval(zeroModel(), { metricsAggregator, seed });
      const { metrics: found } = await process.next(await process.initialize(), many);
      return plain(found.clientWork?.eval?.currentRoundMetrics?.loss);
    };
    expect(await sampled(1)).toEqual(await sampled(1));
    expect(await sampled(2)).not.toEqual(await sampled(1));
  });

  it.each([
    ['secureSumThenFinalize', () => metrics.secureSumThenFinalize()],
    ['finalizeThenSample', () => metrics.finalizeThenSample({ sampleSize: 4 })],
    ['perClient', () => metrics.perClient({ sampleSize: 5, histograms: { loss: { min: 0, max: 2, bins: 3 } } })],
  ])('%s is bit-identical at any concurrency', async (_, make) => {
    const clients = Array.from({ length: 12 }, (_, i) =>
      [fixtureD, fourExamples, twoExamples][i % 3]?.().withOptions({ batchSize: 1 + i }),
    );
    await expectSameAtAnyConcurrency(
      () => algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, metricsAggregator: make() }),
      clients as never,
    );
  });

  it('must be one', () => {
    const wrong = { clientOptimizer, metricsAggregator: 'sum' as never };
    expect(() => algorithms.buildWeightedFedAvg(zeroModel(), wrong)).toThrow(TypeError);
    expect(() => algorithms.buildWeightedFedAvg(zeroModel(), wrong)).toThrow(
      '`metricsAggregator` must be a metrics aggregator, such as metrics.sumThenFinalize(), received "sum"',
    );
    expect(() => algorithms.buildFedEval(zeroModel(), { metricsAggregator: {} as never })).toThrow(TypeError);
    const ranges = metrics.secureSumThenFinalize({ metricValueRanges: { acuracy: [] } });
    expect(() => algorithms.buildFedEval(zeroModel(), { metricsAggregator: ranges })).toThrow(
      '`metricValueRanges` must be of the metrics loss, num_examples, num_batches, received "acuracy"',
    );
  });
});

describe('a metric with the name of something else that is reported', () => {
  const named = (name: string) =>
    fromKerasModel(keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1 })]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
      metrics: [keras.metrics.meanAbsoluteError({ name })],
    });

  it.each([
    ['num_non_finite_clients', (name: string) => algorithms.buildFedSgd(named(name))],
    ['perClient', (name: string) => algorithms.buildFedEval(named(name), { metricsAggregator: metrics.perClient() })],
    [
      'secureSumMeasurements',
      (name: string) => algorithms.buildFedEval(named(name), { metricsAggregator: metrics.secureSumThenFinalize() }),
    ],
  ] as const)('is refused by name: %s', async (name, build) => {
    using process = build(name);
    const state = await process.initialize();
    await expect(process.next(state, [fixtureD()])).rejects.toMatchObject({
      name: 'ValueError',
      message: `\`metrics\` must not have the name \`${name}\`, which is reported beside them: give the metric another \`name\``,
    });
  });

  it('is fine where nothing else has it', async () => {
    using process = algorithms.buildFedEval(named('num_non_finite_clients'));
    const { metrics: found } = await process.next(await process.initialize(), [fixtureD()]);
    expect(found.clientWork?.eval?.currentRoundMetrics?.num_non_finite_clients).toEqual(expect.any(Number));
  });
});
