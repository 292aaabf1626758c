/** TFF's fed_eval_test (contract F.4), and what evaluation must leave alone. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, metrics, type Output, ops, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, twoExamples, zeroModel } from '../templates/fixtures.js';

/** A temperature is over the maximum where the sigmoid of their difference is above a half. */
const overModel = (maximum = 5) =>
  fromKerasModel(
    keras.sequential([
      keras.input({ shape: [1] }),
      keras.layers.dense({
        units: 1,
        activation: 'sigmoid',
        kernelInitializer: 'ones',
        biasInitializer: keras.initializers.constant({ value: -maximum }),
      }),
    ]),
    {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
      metrics: [keras.metrics.falsePositives({ name: 'num_over' })],
    },
  );

const temperatures = (...values: number[]) =>
  data.clientDataset(
    {
      x: tensor(values, [values.length, 1]),
      y: tensor(
        values.map(() => 0),
        [values.length, 1],
      ),
    },
    { batchSize: 4 },
  );

const CLIENTS = [temperatures(1, 10, 2, 7, 6, 11, 0, 0), temperatures(9, 12, 13, 0), temperatures(1, 0, 0, 0, 22, 23, 0, 0)];

/** Of each metric the largest sum that a client has. */
class Largest extends metrics.MetricsAggregator {
  override parts(all: Parameters<metrics.MetricsAggregator['parts']>[0]): metrics.MetricsAggregatorParts {
    const most = (values: Output): Output => ops.max(values, 0);
    return {
      initialize: () => [],
      client: (_, { values }) => ({
        sum: [],
        stack: values.map(([total]) => ops.sum(ops.cast(total as Output, 'float32'))),
      }),
      server: (state, { stack }) => ({ state, summary: (stack as readonly Output[]).map(most), measurements: {} }),
      none: (graph) => all.map(() => graph.constant(0, 'float32')),
      merge: (a, b) => (a as readonly Output[]).map((x, i) => ops.maximum(x, (b as readonly Output[])[i] as Output)),
      report: (summary) => Object.fromEntries(all.map(({ name }, i) => [name, (summary as readonly Output[])[i] as Output])),
    };
  }
}

describe('buildFedEval', () => {
  it('counts in this round, and in all rounds together', async () => {
    using evaluation = algorithms.buildFedEval(overModel());
    let { state, metrics } = await evaluation.next(await evaluation.initialize(), CLIENTS);
    expect(metrics.clientWork?.eval?.currentRoundMetrics).toMatchObject({ num_over: 9, num_examples: 20, num_batches: 5 });
    expect(metrics.clientWork?.eval?.totalRoundsMetrics).toEqual(metrics.clientWork?.eval?.currentRoundMetrics);
    ({ state, metrics } = await evaluation.next(state, CLIENTS.slice(1, 2)));
    expect(metrics.clientWork?.eval?.currentRoundMetrics).toMatchObject({ num_over: 3, num_examples: 4, num_batches: 1 });
    expect(metrics.clientWork?.eval?.totalRoundsMetrics).toMatchObject({ num_over: 12, num_examples: 24, num_batches: 6 });
    expect(Number(state.round.data[0])).toBe(2);
  });

  it("takes a metrics aggregator of one's own: the most that one client has", async () => {
    using evaluation = algorithms.buildFedEval(overModel(0), { metricsAggregator: new Largest() });
    const { state, metrics: found } = await evaluation.next(await evaluation.initialize(), CLIENTS);
    expect(found.clientWork?.eval?.currentRoundMetrics).toMatchObject({ num_over: 6, num_examples: 8 });
    const second = await evaluation.next(state, CLIENTS.slice(1, 2));
    expect(second.metrics.clientWork?.eval).toMatchObject({ currentRoundMetrics: { num_over: 3 }, totalRoundsMetrics: { num_over: 6 } });
  });

  it('averages over examples, whichever client and batch they are in', async () => {
    using evaluation = algorithms.buildFedEval(zeroModel());
    const { metrics } = await evaluation.next(await evaluation.initialize(), [fixtureD(), fourExamples(), twoExamples()]);
    // Every prediction is 0: the squared labels are six ones of twelve, two of four, and 1 and 4.
    expect(metrics.clientWork?.eval?.currentRoundMetrics).toMatchObject({ num_examples: 18, num_batches: 6 });
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo((6 + 2 + 5) / 18, 6);
  });

  it('leaves all weights, evaluates those that are set, and keeps the counts when others are set', async () => {
    using evaluation = algorithms.buildFedEval(zeroModel());
    const start = await evaluation.initialize();
    const weights = { trainable: [tensor([[1], [0]]), tensor([2])], nonTrainable: [] };
    const first = await evaluation.next(evaluation.setModelWeights(start, weights), [twoExamples()]);
    // Predictions 1 + 2 and 3 + 2, labels 1 and 2.
    expect(first.metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo((4 + 9) / 2, 5);
    expect(flat(evaluation.getModelWeights(first.state).trainable)).toEqual([1, 0, 2]);
    const second = await evaluation.next(evaluation.setModelWeights(first.state, evaluation.getModelWeights(start)), [twoExamples()]);
    expect(second.metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo((1 + 4) / 2, 5);
    expect(second.metrics.clientWork?.eval?.totalRoundsMetrics?.loss).toBeCloseTo((4 + 9 + 1 + 4) / 4, 5);
  });

  it('is in inference mode: nothing is dropped, and moving averages stay', async () => {
    const layers = [keras.layers.dropout({ rate: 0.9 }), keras.layers.batchNormalization()];
    const model = fromKerasModel(keras.sequential([keras.input({ shape: [2] }), ...layers]), {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 2]) },
    });
    using evaluation = algorithms.buildFedEval(model);
    const before = await evaluation.initialize();
    const rows = [
      [1, 2],
      [3, 4],
    ];
    const client = data.clientDataset({ x: tensor(rows), y: tensor(rows) });
    const { state, metrics } = await evaluation.next(before, [client]);
    // A new batch normalisation divides by the root of 1 + 0.001 only.
    const expected = rows.flat().reduce((sum, v) => sum + (v / Math.sqrt(1.001) - v) ** 2, 0) / 4;
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo(expected, 8);
    expect(flat(evaluation.getModelWeights(state).nonTrainable)).toEqual([0, 0, 1, 1]);
  });

  it('counts an example once an epoch, whatever its place', async () => {
    using evaluation = algorithms.buildFedEval(zeroModel());
    const shuffled = fixtureD().withOptions({ shuffle: true, epochs: 2, batchSize: 5 });
    const { metrics } = await evaluation.next(await evaluation.initialize(), [shuffled]);
    expect(metrics.clientWork?.eval?.currentRoundMetrics).toMatchObject({ num_examples: 24, num_batches: 6 });
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo(0.5, 6);
  });

  it('reports a loss that is not finite as it is, and goes on in the next round', async () => {
    using evaluation = algorithms.buildFedEval(zeroModel());
    const broken = data.clientDataset({ x: tensor([[Number.NaN, 0]]), y: tensor([[1]]) });
    const { state, metrics } = await evaluation.next(await evaluation.initialize(), [broken]);
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeNaN();
    const next = await evaluation.next(state, [twoExamples()]);
    expect(next.metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeCloseTo(2.5, 6);
  });

  it('refuses what is no federated model, options, and states of training', async () => {
    expect(() => algorithms.buildFedEval({} as never)).toThrow(/`model` must be a federated model/);
    expect(() => algorithms.buildFedEval(zeroModel(), { metrics: [] } as never)).toThrow(/has no option `metrics`/);
    using evaluation = algorithms.buildFedEval(zeroModel());
    using training = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) });
    await expect(evaluation.next(await training.initialize(), [fixtureD()])).rejects.toThrow(/`state` must be a state of this process/);
    await expect(evaluation.next(await evaluation.initialize(), [])).rejects.toThrow('`clients` must be at least one, received none');
  });
});
