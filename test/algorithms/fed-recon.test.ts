/** Rounds by hand, and convergence where clients differ by what is local. */
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, fromKerasModel, keras, models, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { flat } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, train } from './fixtures.js';
import { CLIENTS, linear, rows } from './recon-fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

describe('buildFedRecon', () => {
  it('trains the global part after the local one, and sends only that', async () => {
    using process = algorithms.buildFedRecon(linear());
    const { state, metrics } = await train(process, CLIENTS, 1);
    // b goes to 1 and then 2.4 (2.6), w by 0.1 · 2 · 2 times the error of the middle row.
    const [a, b] = [0.4 * (6 - 2.4), 0.4 * (5 - 2.6)];
    expect(flat(process.getModelWeights(state).trainable)[0]).toBeCloseTo((a + b) / 2, 5);
    expect(process.getModelWeights(state).trainable).toHaveLength(1);
    expect(state.clients).toEqual({});
    expect(metrics[0]).toMatchObject({ clientWork: { train: { num_examples: 2, num_batches: 2, num_non_finite_clients: 0 } } });
  });

  it('weighs clients by what comes after the reconstruction, or the same', async () => {
    // Of the second client's five rows two come after it.
    const clients = [rows([1, 2, 3], [5, 6, 8]), rows([1, 1, 1, 1, 1], [1, 1, 1, 1, 1])];
    const run = async (client: number[], clientWeighting: 'num_examples' | 'uniform') => {
      using process = algorithms.buildFedRecon(linear(), { clientWeighting });
      const { state } = await train(
        process,
        client.map((i) => clients[i] as (typeof clients)[0]),
        1,
      );
      return flat(process.getModelWeights(state).trainable)[0] as number;
    };
    const [a, b] = [await run([0], 'uniform'), await run([1], 'uniform')];
    expect(await run([0, 1], 'num_examples')).toBeCloseTo((a + 2 * b) / 3, 5);
    expect(await run([0, 1], 'uniform')).toBeCloseTo((a + b) / 2, 5);
  });

  it('clips gradients of the global part, and takes a schedule of its rate', async () => {
    using clipped = algorithms.buildFedRecon(linear(), { maxGradientNorm: 0.5, clientLearningRate: [0.2, 0] });
    const first = await train(clipped, CLIENTS, 1);
    expect(flat(clipped.getModelWeights(first.state).trainable)[0]).toBeCloseTo(0.2 * 0.5, 5);
    const second = await train(clipped, CLIENTS, 1, first.state);
    expect(flat(clipped.getModelWeights(second.state).trainable)[0]).toBeCloseTo(0.2 * 0.5, 5);
    expect(second.metrics[0]).toMatchObject({ clientWork: { clientLearningRate: 0 } });
  });

  it('keeps weights of batch normalisation in step, global ones on the server', async () => {
    const layers = [
      keras.layers.dense({ units: 2, kernelInitializer: 'ones' }),
      keras.layers.batchNormalization(),
      keras.layers.dense({ units: 1 }),
    ];
    const model = models.reconstructionFromKerasModel(keras.sequential([keras.input({ shape: [1] }), ...layers]), {
      globalLayers: layers.slice(0, 1),
      localLayers: layers.slice(1),
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
    });
    expect(model.localNonTrainableVariables).toHaveLength(2);
    expect(model.globalNonTrainableVariables).toHaveLength(0);
    using process = algorithms.buildFedRecon(model);
    const { state } = await train(process, [rows([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], { batchSize: 2 })], 2);
    expect(process.getModelWeights(state).nonTrainable).toEqual([]);
    expect(flat(process.getModelWeights(state).trainable).every(Number.isFinite)).toBe(true);
  });

  it('is FedAvg where nothing is local', async () => {
    const build = () =>
      fromKerasModel(keras.sequential([keras.input({ shape: [1] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]), {
        loss: keras.losses.meanSquaredError(),
        inputSpec: { x: tensorSpec([null, 1]), y: tensorSpec([null, 1]) },
      });
    using recon = algorithms.buildFedRecon(models.reconstructionModel(build(), []), { datasetSplit: { splitDataset: false } });
    using fedAvg = algorithms.buildWeightedFedAvg(build(), { clientOptimizer: sgd(0.1) });
    const [a, b] = [await train(recon, CLIENTS, 2), await train(fedAvg, CLIENTS, 2)];
    expect(flat(recon.getModelWeights(a.state).trainable)).toEqual(flat(fedAvg.getModelWeights(b.state).trainable));
  });

  it('learns what clients have in common where each has an offset of its own', async () => {
    const random = new Random(3);
    const slopes = [2, -1, 0.5];
    const clients = Array.from({ length: 20 }, (_, c) => {
      const x = Array.from({ length: 12 }, () => slopes.map(() => random.normal()));
      const y = x.map((row) => [row.reduce((sum, v, i) => sum + v * (slopes[i] as number), 10 * Math.sin(c))]);
      return data.clientDataset({ x: tensor(x), y: tensor(y) }, { batchSize: 2, epochs: 3 });
    });
    const model = linear(3);
    const optimizer = { reconstructionOptimizer: sgd(0.3) };
    using process = algorithms.buildFedRecon(model, { ...optimizer, clientOptimizer: sgd(0.05) });
    const { state } = await train(process, clients, 25);
    flat(process.getModelWeights(state).trainable).forEach((w, i) => expect(w).toBeCloseTo(slopes[i] as number, 1));
    using evaluation = algorithms.buildFedReconEval(model, optimizer);
    const { metrics } = await evaluation.next(
      evaluation.setModelWeights(await evaluation.initialize(), process.getModelWeights(state)),
      clients,
    );
    // The offsets alone have a variance of about 50.
    expect(metrics.clientWork?.eval?.currentRoundMetrics?.loss).toBeLessThan(0.05);
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = Array.from({ length: 9 }, (_, c) =>
      rows([1, 2, 3, 4, 5].slice(c % 3), [c, 2, 1, 4, 0].slice(c % 3), { shuffle: true, seed: c }),
    );
    await expectSameAtAnyConcurrency(() => algorithms.buildFedRecon(linear(), { clientOptimizer: sgd(0.01), seed: 3 }), clients);
  });

  it('refuses bad parts, data and states', async () => {
    const model = linear();
    const build =
      (options: object, m: unknown = model) =>
      () =>
        algorithms.buildFedRecon(m as never, options as never);
    expect(build({}, model.model)).toThrow(/`model` must be a reconstruction model/);
    expect(build({ datasetSplit: { reconEpochs: 0 } })).toThrow(/`reconEpochs` must be/);
    expect(build({ datasetSplit: { half: true } })).toThrow(/has no option `half`/);
    expect(build({ reconstructionOptimizer: 1 })).toThrow(/`reconstructionOptimizer` must be an optimizer/);
    expect(build({ modelAggregator: aggregators.unweightedMean() })).toThrow(/WeightedAggregationFactory/);
    using process = algorithms.buildFedRecon(model);
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    await expect(process.next(state, [data.clientDataset({ x: tensor([[1, 2]]), y: tensor([[1]]) })])).rejects.toThrow(/clients\[0\].x/);
    // Nothing comes after the reconstruction of a single batch: all weights are zero, and the round changes nothing.
    const { state: same, metrics } = await process.next(state, [rows([1], [1])]);
    expect(metrics.finalizer).toEqual({ updateNonFinite: 1 });
    expect(flat(process.getModelWeights(same).trainable)).toEqual([0]);
    using fedAvg = algorithms.buildWeightedFedAvg(model.model, { clientOptimizer: sgd(0.1) });
    await expect(process.next(await fedAvg.initialize(), CLIENTS)).rejects.toThrow(/state of this process/);
  });
});

describe('reconstructionFromKerasModel', () => {
  it('takes a partition of the layers only', () => {
    const [a, b] = [keras.layers.dense({ units: 2 }), keras.layers.dense({ units: 1 })];
    const stranger = keras.layers.dense({ units: 1 });
    stranger.ensureBuilt([null, 1]);
    const model = keras.sequential([keras.input({ shape: [2] }), a, b]);
    const build = (globalLayers: unknown, localLayers: unknown) => () =>
      models.reconstructionFromKerasModel(model, {
        globalLayers: globalLayers as [],
        localLayers: localLayers as [],
        loss: keras.losses.meanSquaredError(),
        inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
      });
    const made = build([a], [b])();
    expect(made.globalTrainableVariables).toEqual(a.weights);
    expect(made.localTrainableVariables).toEqual(b.weights);
    expect(build([a], [])).toThrow(/must together have all variables .* missing, received `.*kernel`/);
    expect(build([a, b], [b])).toThrow(/must have no variable in common/);
    expect(build([a], [b, stranger])).toThrow(/must have variables of `kerasModel` only/);
    expect(build([], [a, b])).toThrow(/must have a global variable/);
    expect(build('a', [b])).toThrow(/`globalLayers` must be a list of layers/);
    expect(build([a], [1])).toThrow(/`localLayers\[0\]` must be a layer/);
    expect(() => models.reconstructionModel(made.model, stranger.weights)).toThrow(/`localVariables\[0\]` must be one of/);
    expect(() => models.reconstructionModel(model as never, [])).toThrow(/`model` must be a federated model/);
  });
});
