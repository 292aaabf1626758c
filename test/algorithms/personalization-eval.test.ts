/** TFF's personalization_eval_test with its numbers, strategies against training by FedAvg, and samples of clients. */
import { describe, expect, it } from 'vitest';
import { algorithms, configure, data, fromKerasModel, keras, type Output, ops, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { defaultConcurrency } from '../../src/native/concurrency.js';
import { flat, zeroModel } from '../templates/fixtures.js';
import { plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

/** TFF's linear regression, whose loss is half of the squared error. */
const halfSquareModel = () =>
  fromKerasModel(keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]), {
    loss: (yTrue: Output, yPred: Output) => ops.mul(ops.square(ops.sub(yTrue, yPred)), 0.5),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
  });

/** TFF's data: the labels of three points are the scale. */
const points = (scale: number, options = {}) =>
  data.clientDataset(
    {
      x: tensor([-1, 1, 1].map((v) => [v * scale, v * scale])),
      y: tensor([[scale], [scale], [scale]]),
    },
    { batchSize: 3, ...options },
  );
const CLIENTS = [1, 2].map((scale) => ({ trainData: points(1), testData: points(scale) }));
const values = (metrics: Readonly<Record<string, { readonly data: unknown }>> | undefined, name: string) =>
  Array.from(metrics?.[name]?.data as ArrayLike<number>, Number);

describe('buildPersonalizationEval', () => {
  it.each([
    { name: 'linear regression', model: halfSquareModel, rate: 1, baseline: [0.5, 2], one: [24, 88.5], two: [0, 0.5] },
    { name: "Keras's squared error", model: zeroModel, rate: 0.5, baseline: [1, 4], one: [48, 177], two: [0, 1] },
  ])("has TFF's numbers with $name", async ({ model, rate, baseline, one, two }) => {
    using evaluation = algorithms.buildPersonalizationEval(model(), {
      strategies: { batchSize1: { optimizer: sgd(rate), batchSize: 1 }, batchSize2: { optimizer: sgd(rate), batchSize: 2 } },
    });
    const { clients, metrics } = await evaluation.run(model().getWeights(), CLIENTS);
    expect(clients).toEqual([0, 1]);
    expect(Object.keys(metrics).sort()).toEqual(['baselineMetrics', 'batchSize1', 'batchSize2']);
    for (const [name, losses] of Object.entries({ baselineMetrics: baseline, batchSize1: one, batchSize2: two })) {
      values(metrics[name], 'loss').forEach((loss, i) => expect(loss).toBeCloseTo(losses[i] as number, 5));
      expect(values(metrics[name], 'num_examples')).toEqual([3, 3]);
    }
  });

  it('trains as an algorithm would with one client, for epochs or steps, clipped, with fresh slots', async () => {
    const model = zeroModel();
    const trainData = points(1, { batchSize: 2, epochs: 2 });
    const optimizer = optimizers.adam({ learningRate: 0.1 });
    using evaluation = algorithms.buildPersonalizationEval(model, {
      strategies: {
        own: { optimizer },
        batches: { optimizer, batchSize: 1, epochs: 3 },
        steps: { optimizer: sgd(0.1), localSteps: 5, maxGradientNorm: 0.2 },
      },
    });
    const { metrics } = await evaluation.run(model.getWeights(), [{ trainData, testData: points(2) }]);
    const expected = async (options: Parameters<typeof algorithms.buildFedNova>[1], dataset = trainData) => {
      // With one client, FedNova is that client's training.
      using alone = algorithms.buildFedNova(model, options);
      const { state } = await train(alone, [dataset], 1);
      const trained = zeroModel();
      trained.setWeights(alone.getModelWeights(state));
      const { x, y } = points(2);
      return (await trained.forwardPass({ x, y } as never)).loss as number;
    };
    const loss = (name: string) => values(metrics[name], 'loss')[0];
    expect(loss('own')).toBeCloseTo(await expected({ clientOptimizer: optimizer }), 5);
    const single = trainData.withOptions({ batchSize: 1, epochs: 3 });
    expect(loss('batches')).toBeCloseTo(await expected({ clientOptimizer: optimizer }, single), 5);
    expect(loss('steps')).toBeCloseTo(await expected({ clientOptimizer: sgd(0.1), localSteps: 5, maxGradientNorm: 0.2 }), 5);
    expect(new Set(Object.keys(metrics).map(loss)).size).toBe(4);
  });

  it('trains moving averages of batch normalisation as well', async () => {
    const model = fromKerasModel(
      keras.sequential([
        keras.input({ shape: [2] }),
        keras.layers.batchNormalization({ momentum: 0 }),
        keras.layers.dense({ units: 1, kernelInitializer: 'ones' }),
      ]),
      { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } },
    );
    using evaluation = algorithms.buildPersonalizationEval(model, { strategies: { still: { optimizer: sgd(0) } } });
    const { metrics } = await evaluation.run(model.getWeights(), [{ trainData: points(1), testData: points(1) }]);
    // The points' mean is 1/3, and their variance 8/9: normalised they are −√2 and twice 1/√2.
    const expected = ((-2 * Math.SQRT2 - 1) ** 2 + 2 * (Math.SQRT2 - 1) ** 2) / 3;
    expect(values(metrics.still, 'loss')[0]).toBeCloseTo(expected, 1);
    expect(values(metrics.baselineMetrics, 'loss')[0]).toBeCloseTo((9 + 1 + 1) / 3, 1);
  });

  it('evaluates a sample of the clients, each as likely, and loads no others', async () => {
    const model = zeroModel();
    const counts = [0, 0, 0, 0, 0];
    const loaded = [0, 0, 0, 0, 0];
    const clients = counts.map((_, c) => () => {
      loaded[c] = (loaded[c] as number) + 1;
      return Promise.resolve({ trainData: points(1), testData: points(c + 1) });
    });
    for (let seed = 0; seed < 20; seed++) {
      using evaluation = algorithms.buildPersonalizationEval(model, { strategies: {}, maxNumClients: 2, seed });
      const { clients: places, metrics } = await evaluation.run(model.getWeights(), clients);
      expect(places).toHaveLength(2);
      expect(values(metrics.baselineMetrics, 'loss')).toEqual(places.map((c) => (c + 1) ** 2));
      for (const c of places) counts[c] = (counts[c] as number) + 1;
    }
    expect(loaded).toEqual(counts);
    // 8 each, with a standard deviation of 2.2.
    for (const count of counts) expect(Math.abs(count - 8)).toBeLessThan(7);
  });

  it('is bit-identical at any concurrency, and from run to run', async () => {
    const model = zeroModel();
    const clients = Array.from({ length: 9 }, (_, c) => ({
      trainData: points(1 / (c + 1), { shuffle: true, batchSize: 1 }),
      testData: points(c),
    }));
    using evaluation = algorithms.buildPersonalizationEval(model, { strategies: { a: { optimizer: sgd(0.1), epochs: 3 } }, seed: 2 });
    const results: unknown[] = [];
    for (const concurrency of [1, 2, 8]) {
      configure({ concurrency });
      results.push(plain((await evaluation.run(model.getWeights(), clients)).metrics));
    }
    configure({ concurrency: defaultConcurrency() });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('tells of progress, can be stopped, and ends with dispose', async () => {
    const model = zeroModel();
    using evaluation = algorithms.buildPersonalizationEval(model, { strategies: {} });
    const progress: number[] = [];
    await evaluation.run(model.getWeights(), CLIENTS, { onProgress: ({ clients }) => progress.push(clients) });
    expect(progress.at(-1)).toBe(2);
    const reason = new Error('enough');
    await expect(evaluation.run(model.getWeights(), CLIENTS, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    evaluation.dispose();
    await expect(evaluation.run(model.getWeights(), CLIENTS)).rejects.toThrow(/disposed/);
  });

  it('refuses bad parts, weights and data', async () => {
    const model = zeroModel();
    const build =
      (options: object, of: unknown = model) =>
      () =>
        algorithms.buildPersonalizationEval(of as never, { strategies: {}, ...options } as never);
    expect(build({ maxNumClients: 0 })).toThrow(RangeError);
    expect(build({ maxNumClients: '5' })).toThrow(TypeError);
    expect(build({ maxNumClients: 1.5 })).toThrow(/`maxNumClients` must be a whole number/);
    expect(build({ strategies: { baselineMetrics: { optimizer: sgd(1) } } })).toThrow(/must not have the name `baselineMetrics`/);
    expect(build({ strategies: [] })).toThrow(/`strategies` must be a dictionary/);
    expect(build({ strategies: { a: {} } })).toThrow(/`strategies.a.optimizer` must be an optimizer/);
    expect(build({ strategies: { a: { optimizer: sgd(1), batchSize: 0 } } })).toThrow(/`strategies.a.batchSize` must be/);
    expect(build({ strategies: { a: { optimizer: sgd(1), epochs: 0.5 } } })).toThrow(/`strategies.a.epochs` must be/);
    expect(build({ strategies: { a: { optimizer: sgd(1), rate: 1 } } })).toThrow(/`strategies.a` has no option `rate`/);
    expect(build({}, {})).toThrow(/`model` must be a federated model/);
    using evaluation = build({})();
    const weights = model.getWeights();
    await expect(evaluation.run(weights, [])).rejects.toThrow(/at least one, received none/);
    await expect(evaluation.run({ trainable: [], nonTrainable: [] }, CLIENTS)).rejects.toThrow(/`weights.trainable` must be 2 tensors/);
    await expect(evaluation.run(weights, [CLIENTS[0], points(1)] as never)).rejects.toThrow(/`clients\[1\]` must be an object/);
    const wrong = data.clientDataset({ x: tensor([[1]]), y: tensor([[1]]) });
    await expect(evaluation.run(weights, [{ trainData: points(1), testData: wrong }])).rejects.toThrow(/clients\[0\].testData.x/);
    await expect(evaluation.run(weights, [{ trainData: wrong, testData: points(1) }])).rejects.toThrow(/clients\[0\].trainData.x/);
    await evaluation.run(weights, CLIENTS);
    expect(flat(model.getWeights().trainable)).toEqual([0, 0, 0]);
  });
});
