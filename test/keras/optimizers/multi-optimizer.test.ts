/** `cases/multi-optimizer.py` says how Keras computed the numbers of the cases. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { algorithms, data, fromKerasModel, keras, type LearningProcess, optimizers, tensor, tensorSpec } from '../../../src/index.js';
import { Weight } from '../../../src/keras/engine/weight.js';
import { adam, lossScaleOptimizer, multiOptimizer, Optimizer, optimizerMap, sgd } from '../../../src/keras/optimizers/index.js';
import type { FederatedModel } from '../../../src/models/federated-model.js';
import type { Tensor } from '../../../src/tensor.js';
import { FIXTURE, gradientsOf, weightsOf } from '../../../src/testing/check-optimizer.js';
import { valuesOf } from '../../../src/testing/compare.js';
import { flat } from '../../templates/fixtures.js';
import { checkOptimizer, expectClose } from './check-optimizer.js';
import { x, y } from './examples.js';

const own = JSON.parse(readFileSync(new URL('./cases/multi-optimizer.json', import.meta.url), 'utf8')) as {
  readonly client: number[];
  readonly server: number[];
};

const variable = (path: string, shape: readonly number[] = [1]): Weight => {
  const weight = new Weight({ name: path, shape });
  weight.path = path;
  return weight;
};
/** The fixture's weights as variables of these paths. */
const named = (...paths: string[]): Weight[] => paths.map((path, i) => variable(path, FIXTURE.weights[i]?.shape));

/** The weights after the fixture's steps. */
async function steps(optimizer: Optimizer, variables: readonly Weight[]): Promise<number[]> {
  using process = optimizer.create(variables);
  let state = await process.initialize();
  let weights: readonly Tensor[] = weightsOf(FIXTURE);
  for (let i = 0; i < FIXTURE.gradients.length; i++) ({ state, weights } = await process.next(state, weights, gradientsOf(FIXTURE, i)));
  return valuesOf(weights as Tensor[]);
}

// With the default optimizer alone the numbers are its own: those of the test of sgd.
checkOptimizer((options: object) => multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: sgd(options) }) }), {
  steps: {
    'MultiOptimizer(OptimizerMap(SGD(0.1, momentum=0.9)))': [
      { learningRate: 0.1, momentum: 0.9 },
      [
        [0.95, -1.9, 0.3, 2.99, 0.28, -1.57],
        [0.925, -1.85, 0.02, 3.281, 0.247, -1.638],
        [0.8125, -1.805, -0.082, 3.5179, 0.3373, -1.7792],
        [0.68125, -1.7045, -0.2438, 3.62111, 0.37857, -1.70628],
      ],
    ],
  },
});

describe('a model that Python compiled with a MultiOptimizer', () => {
  const load = async () => {
    const model = await keras.loadModel(fileURLToPath(new URL('./cases/multi-optimizer.keras', import.meta.url)));
    const { optimizer: config } = model.compileConfig as { readonly optimizer: never };
    return { model, config, optimizer: keras.optimizers.deserialize(config) };
  };
  const train = async (options: algorithms.WeightedFedAvgOptions, rounds: number, client: data.ClientDataset): Promise<number[]> => {
    const { model } = await load();
    using federated = fromKerasModel(model, {
      loss: keras.losses.meanSquaredError(),
      inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
    });
    const process = algorithms.buildWeightedFedAvg(federated, options);
    let state = await process.initialize();
    for (let r = 0; r < rounds; r++) ({ state } = await process.next(state, [client]));
    return process.getModelWeights(state).trainable.flatMap((t) => Array.from(t.data as Float32Array));
  };

  it('trains on a client as in `fit`: a constraint, a frozen layer, an average and a loss scale', async () => {
    const options = { clientOptimizer: (await load()).optimizer, serverOptimizer: optimizers.sgdm({ learningRate: 1 }) };
    expectClose(await train(options, 1, data.clientDataset({ x, y }, { batchSize: 2, epochs: 2 })), own.client, 2e-4, 2e-5);
  });

  it('steps on the server as `apply_gradients`', async () => {
    const options = { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), serverOptimizer: (await load()).optimizer };
    expectClose(await train(options, 4, data.clientDataset({ x, y }, { batchSize: 5 })), own.server, 2e-4, 2e-5);
  });

  it('gives its config back', async () => {
    const { config, optimizer } = await load();
    const { build_config: _, ...written } = config as object as Record<string, unknown>;
    expect(optimizer.serialize('keras.optimizers')).toEqual(written);
  });
});

describe("a variable's optimizer", () => {
  // The example of Keras's docstring.
  const [a, b, c] = [adam(), sgd(), keras.optimizers.rmsprop()];
  const map = optimizerMap({
    defaultOptimizer: c,
    optimizerMap: { 'encoder/layer_0/dense': a, 'encoder/.*': b, decoder: a, '.*/(a|b)': b, 'x|y': a },
  });

  it.each([
    ['decoder', a],
    ['encoder/layer_0/dense', a],
    ['encoder/layer_0/attention/query', b],
    ['decoder/layer_0/dense', c],
    ['in/a', b],
    ['in/ab', c],
    ['x', a],
    ['xz', c],
    ['zy', c],
  ])('of %s is that of its path, else of the expression that matches the whole path', (path, expected) => {
    expect(map.of(variable(path))).toBe(expected);
  });

  it('must be one', () => {
    expect(() => map.of(variable('encoder/a'))).toThrow(ValueError);
    expect(() => map.of(variable('encoder/a'))).toThrow(/several keys .* `encoder\/a`/);
  });

  it('can be that of several keys, which share its state and its norm', async () => {
    const one = sgd({ learningRate: 0.5, momentum: 0.9, globalClipnorm: 1 });
    const shared = multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: one, optimizerMap: { a: one } }) });
    expect(await steps(shared, named('a', 'b'))).toEqual(await steps(one, named('a', 'b')));
    const apart = optimizerMap({ defaultOptimizer: one, optimizerMap: { a: sgd({ ...one.options, name: null } as never) } });
    expect(await steps(multiOptimizer({ optimizerMap: apart }), named('a', 'b'))).not.toEqual(await steps(one, named('a', 'b')));
  });

  it('must be known where keys ask for it', async () => {
    const multi = multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: 'sgd', optimizerMap: { a: 'adam' } }) });
    using process = multi.create(FIXTURE.weights.map(({ shape }) => tensorSpec(shape)));
    await expect(process.initialize()).rejects.toThrow(/must be told the variables/);
  });
});

describe('hyper-parameters', () => {
  const multi = multiOptimizer({
    optimizerMap: optimizerMap({
      defaultOptimizer: sgd({ learningRate: 0.5 }),
      optimizerMap: { 'a/.*': sgd({ learningRate: 0.25 }), other: optimizers.sgdm({ learningRate: 1, momentum: 0.5 }) },
    }),
  });

  it('are those of all optimizers, by key', async () => {
    expect(multi.hparams).toEqual({
      'a/.*/learningRate': 0.25,
      'other/learningRate': 1,
      'other/momentum': 0.5,
      'defaultOptimizer/learningRate': 0.5,
    });
    using process = multi.create(named('a/kernel', 'b/bias'));
    const state = process.setHparams(await process.initialize(), { 'defaultOptimizer/learningRate': 0 });
    const { weights } = await process.next(state, weightsOf(FIXTURE), gradientsOf(FIXTURE, 0));
    // Rates of 0.25 and 0.
    expectClose(valuesOf(weights), [1 - 0.125, -2 + 0.25, 0.5 - 0.5, 3 - 0.025, 0.25, -1.5]);
  });

  it('have no common rate to schedule, and each optimizer can be scheduled', async () => {
    expect(() => optimizers.scheduleLearningRate(multi, [0.1])).toThrow(/several rates/);
    const schedule = optimizers.scheduleLearningRate(sgd({ learningRate: 1 }), [0.5, 0]);
    const scheduled = multiOptimizer({
      optimizerMap: optimizerMap({ defaultOptimizer: sgd({ learningRate: 0 }), optimizerMap: { a: schedule } }),
    });
    expectClose(await steps(scheduled, named('a', 'b')), [1 - 0.25, -2 + 0.5, 0.5 - 1, 3 - 0.05, 0.25, -1.5]);
  });
});

it('refuses what is no optimizer for weights', () => {
  const refused = (options: object) => () =>
    multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: 'sgd', ...options } as never) });
  const scaled = lossScaleOptimizer({ innerOptimizer: 'sgd' });
  const nested = multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: 'sgd' }) });
  expect(nested).toBeInstanceOf(Optimizer);
  for (const bad of [scaled, nested]) {
    expect(refused({ defaultOptimizer: bad })).toThrow(ValueError);
    expect(refused({ optimizerMap: { a: bad } })).toThrow(/optimizerMap of OptimizerMap\["a"\]/);
  }
  expect(refused({ defaultOptimizer: 3 })).toThrow(TypeError);
  expect(refused({ optimizerMap: [] })).toThrow(TypeError);
  expect(refused({ optimizerMap: { 'a(': 'sgd' } })).toThrow(/regular expressions/);
  expect(refused({ optimizerMap: { defaultOptimizer: 'adam' } })).toThrow(/defaultOptimizer/);
  for (const bad of ['OptimizerMap', () => sgd(), {}, 3, sgd()])
    expect(() => multiOptimizer({ optimizerMap: bad as never })).toThrow(TypeError);
  expect(() => multiOptimizer({ optimizerMap: optimizerMap({ defaultOptimizer: 'sgd' }), lossScaleFactor: 0 })).toThrow(ValueError);
  expect(() => keras.optimizers.get('MultiOptimizer')).toThrow(TypeError);
});

describe('in algorithms', () => {
  const model = () =>
    fromKerasModel(
      keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros', name: 'head' })]),
      {
        loss: keras.losses.meanSquaredError(),
        inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
      },
    );
  // Steps for the bias alone.
  const biasOnly = () =>
    multiOptimizer({
      optimizerMap: optimizerMap({ defaultOptimizer: sgd({ momentum: 0.9 }), optimizerMap: { 'head/kernel': sgd({ learningRate: 0 }) } }),
    });
  const plain = optimizers.sgdm({ learningRate: 0.1 });
  const client = (id?: string) => data.clientDataset({ x, y }, { batchSize: 2, ...(id === undefined ? {} : { id }) });
  const initialWeights = [1, 2].map((k) => ({ trainable: [tensor([[0], [0]]), tensor([k])], nonTrainable: [] }));

  it.each([
    ['Mime', (m: FederatedModel) => algorithms.buildUnweightedMime(m, { baseOptimizer: biasOnly() }), 2],
    ['Mime Lite', (m: FederatedModel) => algorithms.buildUnweightedMimeLite(m, { baseOptimizer: biasOnly() }), 2],
    ['APFL', (m: FederatedModel) => algorithms.buildApfl(m, { clientOptimizer: biasOnly() }), 2],
    ['APFL on the server', (m: FederatedModel) => algorithms.buildApfl(m, { clientOptimizer: plain, serverOptimizer: biasOnly() }), 2],
    ['HypCluster', (m: FederatedModel) => algorithms.buildHypCluster(m, { clientOptimizer: biasOnly(), initialWeights }), 4],
    [
      'HypCluster on the server',
      (m: FederatedModel) => algorithms.buildHypCluster(m, { clientOptimizer: plain, serverOptimizer: biasOnly(), initialWeights }),
      4,
    ],
  ] as const)('%s gives every weight its optimizer', async (_, build, kernels) => {
    using federated = model();
    using process = build(federated) as unknown as LearningProcess;
    let state = await process.initialize();
    const weightsOf = () => flat(state.globalModelWeights.trainable);
    const before = weightsOf();
    for (let r = 0; r < 2; r++) ({ state } = await process.next(state, [client('a')]));
    const after = weightsOf();
    expect(after.filter((w) => w === 0)).toHaveLength(kernels);
    expect(after).not.toEqual(before);
  });

  it.each([
    ['FedNova', algorithms.buildFedNova, {}],
    ['SCAFFOLD', algorithms.buildScaffold, { numClients: 1 }],
  ] as const)('%s needs one length of all steps, and refuses it', async (_, build, more) => {
    using federated = model();
    using process = build(federated, { clientOptimizer: biasOnly(), ...more } as never);
    const state = await process.initialize();
    await expect(process.next(state, [client('a')])).rejects.toThrow(/cannot be used/);
  });
});
