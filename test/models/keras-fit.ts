/**
 * One epoch of Keras's `fit` as a round of one client. The numbers of the tests are those of Keras 3.15 with TensorFlow:
 *
 *     X = np.array([[1, 2], [3, -1], [0, 1], [-2, 0.5], [1, 1]], 'float32'); YA = np.array([[1], [0], [2], [-1], [0.5]], 'float32')
 *     YB = np.array([0, 2, 1, 1, 0], 'int32'); W = np.array([1, 0.5, 2, 0, 1.5], 'float32'); WB = np.array([0.2, 1, 0.4, 3, 1], 'float32')
 *     C = keras.initializers.Constant
 *     x = keras.Input((2,)); a = Dense(1, kernel_initializer=C(0.5), name='a')(x)
 *     b = Dense(3, kernel_initializer=C(0.25), bias_initializer=C(0.1), name='b')(x); two = keras.Model(x, [a, b])
 *     one = keras.Sequential([keras.Input((2,)), Dense(3, kernel_initializer=C(0.25), bias_initializer=C(0.1))])
 *     model.compile(optimizer=keras.optimizers.SGD(0.1), run_eagerly=True, ...)   # else Keras forgets how large a batch was in `a_loss`
 *     h = model.fit(X, y, sample_weight=..., class_weight=..., epochs=1, batch_size=2, shuffle=False)   # h.history, model.get_weights()
 */
import { algorithms, data, fromKerasModel, keras, type models, optimizers, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { Tree } from '../../src/tree.js';

export const X = tensor([
  [1, 2],
  [3, -1],
  [0, 1],
  [-2, 0.5],
  [1, 1],
]);
export const YA = tensor([[1], [0], [2], [-1], [0.5]]);
export const YB = tensor([0, 2, 1, 1, 0], [5], 'int32');
export const W = tensor([1, 0.5, 2, 0, 1.5]);
export const WB = tensor([0.2, 1, 0.4, 3, 1]);

const constant = (value: number) => keras.initializers.constant({ value });
const outputA = () => keras.layers.dense({ units: 1, kernelInitializer: constant(0.5), name: 'a' });
const outputB = (name: string) => keras.layers.dense({ units: 3, kernelInitializer: constant(0.25), biasInitializer: constant(0.1), name });

/** The model with two outputs; as a dictionary if asked for. */
export function two(dictionary = false) {
  const x = keras.input({ shape: [2] });
  const [a, b] = [outputA().apply(x), outputB('b').apply(x)];
  return keras.model({ inputs: x, outputs: dictionary ? { a, b } : [a, b] });
}
export const one = () => keras.sequential([keras.input({ shape: [2] }), outputB('out')]);

export const crossentropy = () => keras.losses.sparseCategoricalCrossentropy({ fromLogits: true });
export const specOf = (tensors: Tree<Tensor>): never =>
  (tensors instanceof Object && 'dtype' in tensors
    ? tensorSpec([null, ...(tensors as Tensor).shape.slice(1)], (tensors as Tensor).dtype)
    : Array.isArray(tensors)
      ? tensors.map((t) => specOf(t))
      : Object.fromEntries(Object.entries(tensors).map(([key, t]) => [key, specOf(t)]))) as never;

type Options = Omit<models.FromKerasModelOptions<models.InputSpec>, 'inputSpec'>;

/** The weights and metrics after one epoch. */
export async function trainOneEpoch(
  model: Parameters<typeof fromKerasModel>[0],
  options: Options,
  tensors: { readonly y: Tree<Tensor>; readonly sampleWeight?: Tree<Tensor> },
) {
  const all = { x: X, ...tensors };
  using federated = fromKerasModel(model, { ...options, inputSpec: specOf(all as never) });
  const process = algorithms.buildWeightedFedAvg(federated as never, {
    clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }),
    serverOptimizer: optimizers.sgdm({ learningRate: 1 }),
  });
  const { state, metrics } = await process.next(await process.initialize(), [data.clientDataset(all, { batchSize: 2 })]);
  const { train } = metrics.clientWork as unknown as { train: Record<string, number> };
  return {
    train,
    weights: process.getModelWeights(state).trainable.map((t) => Array.from(t.data as Float32Array)),
  };
}
