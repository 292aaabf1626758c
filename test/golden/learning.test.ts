/** Algorithms, aggregators and optimizers: what TensorFlow Federated computed, round by round. */
import { join } from 'node:path';
import * as fedkeras from '../../src/index.js';
import { camelCase, concatenate, expectNear, goldenTests, type Stored, type Structure, specs, tensors } from './golden.js';

const { data, fromKerasModel, keras, tensorSpec } = fedkeras;

type Config = Parameters<typeof keras.losses.deserialize>[0];
type Named = { readonly name: string };

interface AlgorithmCase {
  readonly algorithm: string;
  readonly options: object;
  readonly loss: Config;
  readonly metrics: readonly Config[];
  readonly clients: readonly (readonly { readonly x: Stored; readonly y: Stored }[])[];
  readonly rounds: readonly {
    readonly clients: readonly number[];
    readonly trainable?: readonly Stored[];
    readonly non_trainable?: readonly Stored[];
    readonly metrics: {
      readonly client_work: {
        readonly train?: Readonly<Record<string, unknown>>;
        readonly eval?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
      };
    };
  }[];
}

interface AggregatorCase {
  readonly aggregator: string;
  readonly options: object;
  readonly values: readonly (readonly Stored[])[];
  readonly weights: readonly (readonly Stored[])[] | null;
  readonly results: readonly Structure<Stored>[];
}

interface OptimizerCase {
  readonly optimizer: Named;
  readonly weights: readonly Stored[];
  readonly gradients: readonly (readonly Stored[])[];
  readonly steps: readonly (readonly Stored[])[];
}

// By name: what is not there yet must fail, not keep this file from being compiled.
type ByName<T> = Readonly<Record<string, (...args: readonly unknown[]) => T>>;
const algorithms = fedkeras.algorithms as unknown as ByName<fedkeras.LearningProcess>;
const aggregators = fedkeras.aggregators as unknown as ByName<fedkeras.aggregators.Aggregator>;
const optimizers = fedkeras.optimizers as unknown as ByName<ReturnType<typeof fedkeras.optimizers.sgdm>>;

function call<T>(room: string, functions: ByName<T>, name: string, ...args: readonly unknown[]): T {
  const fn = functions[name];
  if (fn === undefined) throw new Error(`there is no ${room}.${name}`);
  return fn(...args);
}

const optimizer = ({ name, ...options }: Named) => call('optimizers', optimizers, name, camelCase(options));
const aggregator = (name: string, options: object = {}) => call('aggregators', aggregators, name, options);
const estimated = (options: object) => call('aggregators', aggregators, 'quantileEstimation', camelCase(options));

const ALGORITHMS: Readonly<Record<string, string>> = {
  weighted_fed_avg: 'buildWeightedFedAvg',
  unweighted_fed_avg: 'buildUnweightedFedAvg',
  fed_sgd: 'buildFedSgd',
  weighted_mime_lite: 'buildWeightedMimeLite',
  unweighted_mime_lite: 'buildUnweightedMimeLite',
  fed_eval: 'buildFedEval',
};

const AGGREGATORS: Readonly<Record<string, (options: Record<string, unknown>) => fedkeras.aggregators.Aggregator>> = {
  sum: () => aggregator('sum'),
  mean: () => aggregator('mean'),
  unweighted_mean: () => aggregator('unweightedMean'),
  clipping: (options) => aggregator('clipping', camelCase(options)),
  // The order is written as Python prints it: "1.0", "2.0", "inf".
  zeroing: ({ zeroing_norm: zeroingNorm, norm_order: order }) =>
    aggregator('zeroing', { zeroingNorm, normOrder: order === 'inf' ? Number.POSITIVE_INFINITY : Number(order) }),
  adaptive_clipping: (options) => aggregator('clipping', { clippingNorm: estimated(options) }),
  adaptive_zeroing: (options) => aggregator('zeroing', { zeroingNorm: estimated(options), normOrder: Number.POSITIVE_INFINITY }),
  robust: () => aggregator('robust'),
  dp_gaussian_fixed_no_noise: (options) => aggregator('dpGaussianFixed', camelCase(options)),
  concat: () => aggregator('concat', { inner: aggregator('mean') }),
};

async function checkOptimizer(c: OptimizerCase): Promise<void> {
  const process = optimizer(c.optimizer).create(c.weights.map(({ shape, dtype }) => tensorSpec([...shape], dtype)));
  let state = await process.initialize();
  let weights = tensors<fedkeras.Tensor[]>(c.weights);
  for (const [i, gradients] of c.gradients.entries()) {
    ({ state, weights } = await process.next(state, weights, tensors(gradients)));
    expectNear(`step ${i}`, weights, c.steps[i], 1e-4);
  }
}

async function checkAggregator(c: AggregatorCase): Promise<void> {
  const name = c.aggregator.startsWith('zeroing') ? 'zeroing' : c.aggregator;
  const make = AGGREGATORS[name] ?? (() => aggregator(name));
  const process = make(c.options as Record<string, unknown>).create(tensorSpec([3], 'float32'));
  let state = await process.initialize();
  for (const [i, values] of c.values.entries()) {
    const weights = c.weights?.[i];
    const out = await process.next(state, tensors(values), weights === undefined ? undefined : tensors(weights));
    state = out.state;
    expectNear(`round ${i}`, out.result, c.results[i], 1e-4);
  }
}

/** An option that names an optimizer or an aggregator is one. */
const option = (key: string, value: unknown): unknown => {
  const { name, ...rest } = (value ?? {}) as Named;
  if (typeof name !== 'string') return value;
  return key.endsWith('ptimizer') ? optimizer(value as Named) : aggregator(name, camelCase(rest));
};

async function checkAlgorithm(folder: string, c: AlgorithmCase): Promise<void> {
  const [first] = c.clients[0] ?? [];
  using federated = fromKerasModel(await keras.loadModel(join(folder, 'model.keras')), {
    loss: keras.losses.deserialize(c.loss) as never,
    metrics: c.metrics.map((m) => keras.metrics.deserialize(m)),
    inputSpec: { x: specs(first?.x as Stored), y: specs(first?.y as Stored) } as never,
  });
  const all = c.clients.map((batches) =>
    data.clientDataset(
      { x: tensors(concatenate(batches.map((b) => b.x))) as never, y: tensors(concatenate(batches.map((b) => b.y))) as never },
      { batchSize: 3 },
    ),
  );
  const options = Object.fromEntries(Object.entries(camelCase(c.options)).map(([key, value]) => [key, option(key, value)]));
  using process = call('algorithms', algorithms, ALGORITHMS[c.algorithm] ?? c.algorithm, federated, options);
  let state = await process.initialize();
  for (const [i, round] of c.rounds.entries()) {
    const out = await process.next(
      state,
      round.clients.map((k) => all[k] as fedkeras.data.ClientDataset),
    );
    state = out.state;
    const weights = process.getModelWeights(state);
    if (round.trainable !== undefined) expectNear(`round ${i}, trainable`, weights.trainable, round.trainable, 1e-3);
    if (round.non_trainable !== undefined) expectNear(`round ${i}, nonTrainable`, weights.nonTrainable, round.non_trainable, 1e-3);
    const received = out.metrics.clientWork as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const { train = {}, eval: evaluated = {} } = round.metrics.client_work;
    for (const [name, value] of Object.entries(train)) {
      // How many clients were left out is not among the metrics of training here.
      if (name !== 'num_non_finite_clients') expectNear(`round ${i}, ${name}`, received.train?.[name], value, 1e-3);
    }
    for (const [part, metrics] of Object.entries(camelCase(evaluated))) {
      const own = received.eval?.[part] as Record<string, unknown> | undefined;
      for (const [name, value] of Object.entries(metrics as object)) expectNear(`round ${i}, ${part}, ${name}`, own?.[name], value, 1e-3);
    }
  }
}

goldenTests<AlgorithmCase | AggregatorCase | OptimizerCase>('learning', 39, (folder, c) => {
  if ('optimizer' in c) return checkOptimizer(c);
  return 'aggregator' in c ? checkAggregator(c) : checkAlgorithm(folder, c);
});
