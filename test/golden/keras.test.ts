/** Models of every layer, loss, metric and optimizer: predictions, losses, metrics, gradients and weights that Keras computed. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { algorithms, data, fromKerasModel, keras, optimizers, type Tensor, tensor } from '../../src/index.js';
import { concatenate, expectNear, goldenTests, type Stored, type Structure, specs, tensors } from './golden.js';

type Config = Exclude<Parameters<typeof keras.losses.deserialize>[0], string>;
type Fields = Readonly<Record<string, unknown>>;

interface Batch {
  readonly x: Structure<Stored>;
  readonly y: Structure<Stored>;
}

interface KerasCase {
  readonly losses: readonly Config[];
  readonly multi_loss: boolean;
  readonly loss_weights: number[] | null;
  readonly metrics: readonly Config[];
  readonly batches: readonly Batch[];
  readonly forward: readonly { readonly loss: number; readonly num_examples: number; readonly predictions: Structure<Stored> }[];
  readonly unfinalized: Readonly<Record<string, Structure<Stored>>>;
  readonly finalized: Readonly<Record<string, unknown>>;
  readonly gradients: Structure<Stored>;
  readonly sgd: { readonly learning_rate: number; readonly weights: Structure<Stored> };
  readonly optimizer?: { readonly config: Config; readonly weights: Structure<Stored> };
}

/** What a case's losses were computed with and do not say: Keras 3.15's Huber leaves its delta out of its config. */
const LEFT_OUT: Readonly<Record<string, Fields>> = { loss_huber: { delta: 0.3 } };

type Model = Awaited<ReturnType<typeof keras.loadModel>>;

const federated = (c: KerasCase, model: Model) =>
  fromKerasModel(model, {
    loss: (c.multi_loss ? c.losses.map((l) => keras.losses.deserialize(l)) : keras.losses.deserialize(c.losses[0] as Config)) as never,
    metrics: c.metrics.map((m) => keras.metrics.deserialize(m)),
    inputSpec: { x: specs(c.batches[0]?.x as Stored), y: specs(c.batches[0]?.y as Stored) } as never,
    ...(c.loss_weights === null ? {} : { lossWeights: c.loss_weights }),
  });

const load = (batch: Batch) => ({ x: tensors(batch.x), y: tensors(batch.y) }) as never;

async function checkForward(c: KerasCase, model: Model): Promise<void> {
  using fed = federated(c, model);
  for (const [i, batch] of c.batches.entries()) {
    const output = await fed.forwardPass(load(batch), { training: false });
    const expected = c.forward[i];
    expectNear('predictions', output.predictions, expected?.predictions, 1e-4);
    expectNear('loss', output.loss, expected?.loss, 1e-4);
    expectNear('number of examples', output.numExamples, expected?.num_examples, 0, 0);
  }
  const unfinalized = await fed.reportLocalUnfinalizedMetrics();
  const finalizers = fed.metricFinalizers();
  for (const name of Object.keys(c.unfinalized)) {
    const state = unfinalized[name] as never;
    expectNear(`unfinalized ${name}`, state, c.unfinalized[name], 1e-3);
    expectNear(`finalized ${name}`, await finalizers[name]?.(state), c.finalized[name], 1e-3);
  }
}

/** The first batch's gradients, then a step of gradient descent per batch. */
async function checkBackward(c: KerasCase, model: Model): Promise<void> {
  using fed = federated(c, model);
  for (const [i, batch] of c.batches.entries()) {
    const { gradients } = await fed.backwardPass(load(batch), { training: false });
    if (i === 0) expectNear('gradients', gradients, c.gradients, 2e-4);
    const { trainable, nonTrainable } = fed.getWeights();
    const stepped = trainable.map((w, v) => {
      const gradient = gradients[v]?.data as Float32Array;
      return tensor(
        (w.data as Float32Array).map((value, j) => value - c.sgd.learning_rate * (gradient[j] as number)),
        w.shape as number[],
      ) as Tensor;
    });
    fed.setWeights({ trainable: stepped, nonTrainable });
  }
  expectNear('sgd', fed.getWeights().trainable, c.sgd.weights, 1e-3);
}

/** A step of Keras's optimizer per batch, as one client of a round whose server takes over the client's weights. */
async function checkOptimizer(c: KerasCase, model: Model, { config, weights }: NonNullable<KerasCase['optimizer']>): Promise<void> {
  using fed = federated(c, model);
  using learning = algorithms.buildWeightedFedAvg(fed, {
    clientOptimizer: keras.optimizers.deserialize(config),
    serverOptimizer: optimizers.sgdm({ learningRate: 1 }),
  });
  const [first] = c.batches as readonly { readonly x: Stored }[];
  const batchSize = first?.x.shape[0] as number;
  const x = tensors<Tensor>(concatenate(c.batches.map((b) => b.x)));
  const y = tensors<Tensor>(concatenate(c.batches.map((b) => b.y)));
  const { state } = await learning.next(await learning.initialize(), [data.clientDataset({ x, y }, { batchSize })]);
  expectNear('optimizer', learning.getModelWeights(state).trainable, weights, 1e-3);
}

goldenTests<KerasCase>('keras', 113, async (folder, stored) => {
  const more = LEFT_OUT[basename(folder)];
  const c = more === undefined ? stored : { ...stored, losses: stored.losses.map((l) => ({ ...l, config: { ...l.config, ...more } })) };
  for (const name of ['model.keras', 'model.h5']) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    await checkForward(c, await keras.loadModel(file));
    await checkBackward(c, await keras.loadModel(file));
    if (c.optimizer !== undefined) await checkOptimizer(c, await keras.loadModel(file), c.optimizer);
  }
});
