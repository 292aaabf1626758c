/** TFF's fed_multi_model_eval_test (contract F.4), and that each model's numbers are those of its own evaluation. */
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { fixtureD, flat, fourExamples, twoExamples, zeroModel } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency } from './fixtures.js';

/** A temperature is over the maximum where the sigmoid of their difference is above a half. */
const overModel = (maximum: number) =>
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
  data.clientDataset({ x: tensor(values.map((v) => [v])), y: tensor(values.map(() => [0])) }, { batchSize: 4 });
const CLIENTS = [temperatures(1, 10, 2, 7, 6, 11, 0, 0), temperatures(9, 12, 13, 0), temperatures(1, 0, 0, 0, 22, 23, 0, 0)];

describe('buildFedMultiModelEval', () => {
  it("counts for each model as TFF's test does, in this round and in all", async () => {
    using evaluation = algorithms.buildFedMultiModelEval({ a: overModel(5), b: overModel(10) });
    let { state, metrics } = await evaluation.next(await evaluation.initialize(), CLIENTS);
    expect(metrics.clientWork?.eval?.a?.currentRoundMetrics).toMatchObject({ num_over: 9, num_examples: 20 });
    expect(metrics.clientWork?.eval?.b?.currentRoundMetrics).toMatchObject({ num_over: 5, num_examples: 20 });
    ({ state, metrics } = await evaluation.next(state, CLIENTS.slice(1, 2)));
    expect(metrics.clientWork?.eval?.a?.currentRoundMetrics).toMatchObject({ num_over: 3, num_examples: 4 });
    expect(metrics.clientWork?.eval?.a?.totalRoundsMetrics).toMatchObject({ num_over: 12, num_examples: 24 });
    expect(metrics.clientWork?.eval?.b?.totalRoundsMetrics).toMatchObject({ num_over: 7, num_examples: 24 });
  });

  it('gives each model the numbers of its own evaluation, for weights that are set', async () => {
    const layers = [keras.layers.batchNormalization(), keras.layers.dense({ units: 1 })];
    const deep = fromKerasModel(keras.sequential([keras.input({ shape: [2] }), ...layers]), {
      loss: keras.losses.meanAbsoluteError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
    });
    const models = { zeros: zeroModel(), deep, last: zeroModel() };
    const clients = [fixtureD(), fourExamples(), twoExamples()];
    using evaluation = algorithms.buildFedMultiModelEval(models);
    expect(evaluation.modelNames).toEqual(['zeros', 'deep', 'last']);
    const weights = { trainable: [tensor([[1], [0]]), tensor([2])], nonTrainable: [] };
    const state = evaluation.setWeightsOf(await evaluation.initialize(), 'last', weights);
    expect(flat(evaluation.getWeightsOf(state, 'last').trainable)).toEqual([1, 0, 2]);
    // Whoever gets them may dispose them.
    for (const t of evaluation.getWeightsOf(state, 'last').trainable) t.dispose();
    expect(flat(evaluation.getWeightsOf(state, 'last').trainable)).toEqual([1, 0, 2]);
    expect(flat(evaluation.getWeightsOf(state, 'zeros').trainable)).toEqual([0, 0, 0]);
    expect(flat(evaluation.getWeightsOf(state, 'deep').nonTrainable)).toEqual([0, 0, 1, 1]);
    const { metrics } = await evaluation.next(state, clients);
    for (const [name, model] of Object.entries(models)) {
      if (name === 'last') model.setWeights(weights);
      using alone = algorithms.buildFedEval(model);
      const own = await alone.next(await alone.initialize(), clients);
      expect(metrics.clientWork?.eval?.[name]).toEqual(own.metrics.clientWork?.eval);
    }
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) => temperatures(...Array.from({ length: c + 1 }, (_, i) => i * 3.7)));
    await expectSameAtAnyConcurrency(() => algorithms.buildFedMultiModelEval({ a: overModel(5), b: overModel(1.5) }), clients);
  });

  it('refuses fewer than two models, models for other data, and what is none', async () => {
    const build = (models: unknown, options?: object) => () => algorithms.buildFedMultiModelEval(models as never, options as never);
    expect(build({ a: zeroModel() })).toThrow('`models` must be at least two, received 1');
    expect(build([zeroModel(), zeroModel()])).toThrow(/`models` must be a dictionary/);
    expect(build({ a: zeroModel(), b: 3 })).toThrow(/`models.b` must be a federated model/);
    expect(build({ a: zeroModel(), b: overModel(1) })).toThrow(/`models.b` must have the input spec of the other models: .*2.* and .*1/);
    expect(build({ a: zeroModel(), b: zeroModel() }, { metrics: 1 })).toThrow(/has no option `metrics`/);
    using evaluation = algorithms.buildFedMultiModelEval({ a: zeroModel(), b: zeroModel() });
    const state = await evaluation.initialize();
    expect(() => evaluation.getWeightsOf(state, 'c')).toThrow(/`name` must be one of the models a, b/);
    expect(() => evaluation.setWeightsOf(state, 'a', { trainable: [], nonTrainable: [] })).toThrow(/must be 2 tensors/);
    await expect(evaluation.next(state, [])).rejects.toThrow(/at least one/);
    using training = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm() });
    await expect(evaluation.next(await training.initialize(), [fixtureD()])).rejects.toThrow(/state of this process/);
  });
});
