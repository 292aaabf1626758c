/** The test of a layer in three lines: values, config, files, gradients, both modes, any batch, element types. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DType, isFloating } from '../dtype.js';
import { ValueError } from '../errors.js';
import { Functional } from '../keras/engine/functional.js';
import type { KerasTensor } from '../keras/engine/keras-tensor.js';
import type { Layer } from '../keras/engine/layer.js';
import type { Model } from '../keras/engine/model.js';
import { layerRegistry } from '../keras/layers/index.js';
import { loadModel } from '../keras/saving/load-model.js';
import { Tensor, type TensorData, tensor } from '../tensor.js';
import { flatten, isDictionary, mapTree, type Tree } from '../tree.js';
import { assertClose, assertEqual, assertNumbersClose, numbersOf, widened } from './compare.js';
import { applyTo, compileLayer, type Evaluation, randomTensor } from './evaluate-layer.js';

/** A layer, and what is known of it. */
export interface LayerCase {
  /** A layer that has not been applied. */
  readonly layer: Layer;
  /** A batch: one input, or a list. */
  readonly inputs: Tensor | TensorData | readonly Tensor[];
  /** What Keras gives in inference mode. */
  readonly expected?: Tensor | TensorData | readonly Tensor[];
  /** What Keras gives in training mode, where that is not random. */
  readonly training?: Tensor | TensorData;
  /** Values of the weights, in Keras's order; random ones by default. */
  readonly weights?: readonly (Tensor | TensorData)[];
  /** The weights' values after a call in training mode; the same ones by default. */
  readonly updated?: readonly Tensor[];
  /** Which steps of the first input count. */
  readonly mask?: Tensor;
  /** Which steps of the output count in Keras. */
  readonly outputMask?: Tensor;
  /** `false` where examples of a batch are not independent in inference mode. */
  readonly independent?: boolean;
  /** `false` where half precision changes more than the last digits of the result: the layer chooses among near values, or counts beyond 256. */
  readonly halfPrecision?: false;
  /** `false` where there is no gradient, `float32` where libtensorflow has no kernels for `float64`, in which differences are taken else. */
  readonly gradient?: false | 'float32';
}

/** A layer of the same config, but computing in `dtype`, for the same inputs. */
function copyLayer(layer: Layer, inputs: Tree<Tensor>, dtype?: string): Layer {
  const config = JSON.parse(JSON.stringify(layer.serialize()));
  const copy = layerRegistry.deserialize(dtype === undefined ? config : retyped(config, dtype));
  applyTo(copy, inputs);
  return copy;
}

/** The config with every layer's `dtype` replaced. */
function retyped(value: unknown, dtype: string): never {
  if (Array.isArray(value)) return value.map((v) => retyped(v, dtype)) as never;
  if (!isDictionary(value)) return value as never;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, key === 'dtype' ? dtype : retyped(v, dtype)])) as never;
}

const isTensor = (value: unknown): boolean => value instanceof Tensor || (Array.isArray(value) && value[0] instanceof Tensor);
const tensorsOf = (values: TensorData | Tensor | readonly Tensor[], dtype: DType = 'float32'): Tree<Tensor> =>
  isTensor(values) ? (values as Tree<Tensor>) : tensor(values as TensorData, undefined, dtype);

/**
 * Checks a layer: its inferred shape is that of the result for any batch; its config and a `.keras` file bring it back; its values are the
 * expected ones in both modes, twice the same for the same seed, nearly the same in half precision and in `float64`; and its gradients
 * are those of finite differences.
 *
 * A class of your own must be known by `keras.registerLayer`.
 *
 * @throws AssertionError saying what does not hold, ValueError for a layer that was applied before or whose class is not registered.
 */
export async function checkLayer(c: LayerCase): Promise<void> {
  const { layer, mask } = c;
  if (layer.built || layer.nodes.length > 0)
    throw new ValueError(`\`layer\` must be a layer that has not been applied, received \`${layer.name}\``);
  if (layerRegistry.find(layer.serialize().registered_name ?? layer.className) !== layer.constructor)
    throw new ValueError(`\`layer\` must be of a class that keras.registerLayer knows, received ${layer.className}`);
  const inputs = tensorsOf(c.inputs);
  const symbolic = applyTo(layer, inputs);
  if (c.weights !== undefined) assertEqual(layer.weights.length, c.weights.length, 'number of weights');
  const weights = layer.weights.map((w, i) => {
    const value = c.weights?.[i];
    if (value !== undefined) return tensorsOf(value, w.dtype) as Tensor;
    return isFloating(w.dtype) && w.trainable ? randomTensor(w.shape, i) : w.value;
  });
  const inference = await compileLayer(layer, inputs, { training: false, mask })(inputs, weights, mask);
  const train = compileLayer(layer, inputs, { training: true, mask });
  const training = await train(inputs, weights, mask);
  for (const { outputs } of [inference, training]) {
    assertEqual(outputs.length, symbolic.length, 'number of outputs');
    outputs.forEach((y, i) => {
      const { shape, dtype } = symbolic[i] as KerasTensor;
      assertEqual(y.dtype, dtype, `element type of output ${i}`);
      // Only the number of examples is not known before.
      assertEqual(y.shape, [y.shape[0], ...shape.slice(1)], `shape of output ${i}, compared with what was inferred`);
    });
  }
  const again = await train(inputs, weights, mask);
  training.outputs.forEach((y, i) => assertEqual(again.outputs[i]?.data, y.data, `output ${i} in training, again with the same seed`));
  if (c.expected !== undefined)
    flatten(tensorsOf(c.expected, symbolic[0]?.dtype)).forEach((e, i) => assertClose(inference.outputs[i], e, `output ${i}`));
  if (c.training !== undefined) assertClose(training.outputs[0], flatten(tensorsOf(c.training))[0] as Tensor, 'output in training');
  const updated = c.updated ?? (c.training === undefined ? [] : weights);
  updated.forEach((e, i) => assertClose(training.updated[i], e, `weight ${i} after training`));
  if (c.outputMask !== undefined) assertClose(inference.mask, c.outputMask, 'mask');
  else if (mask !== undefined) assertEqual(inference.mask, undefined, 'mask of the output');

  const checked = { layer, inputs, weights, inference, mask };
  await checkConfig(checked);
  await checkFile(checked);
  if (c.independent !== false) await checkRows(checked);
  // A layer that is told to give whole numbers has no other precision, and no gradients.
  if (!isFloating(layer.policy.compute)) return;
  if (c.halfPrecision !== false) await checkHalfPrecision(checked);
  if (c.gradient !== false) for (const mode of [false, true]) await checkGradients(checked, mode, c.gradient ?? 'float64');
}

/** A layer that has been run. */
interface Checked {
  readonly layer: Layer;
  readonly inputs: Tree<Tensor>;
  readonly weights: readonly Tensor[];
  /** What it gives in inference mode. */
  readonly inference: Evaluation;
  readonly mask: Tensor | undefined;
}

async function checkConfig({ layer, inputs, weights, inference, mask }: Checked): Promise<void> {
  const copy = copyLayer(layer, inputs);
  assertEqual(plain(copy.serialize()), plain(layer.serialize()), 'config of the copy that was made from the config');
  const described = (l: Layer): unknown => l.weights.map((w) => [w.name, ...w.shape]);
  assertEqual(described(copy), described(layer), 'weights of the copy');
  const again = await compileLayer(copy, inputs, { training: false, mask })(inputs, weights, mask);
  again.outputs.forEach((y, i) => assertClose(y, inference.outputs[i] as Tensor, `output ${i} of the copy`));
}

/** As it is in a file. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A model of the layer alone gives the same after it was written to a `.keras` file and read. */
async function checkFile({ layer, inputs, weights }: Checked): Promise<void> {
  const node = layer.nodes[0] as Layer['nodes'][number];
  const outputs = node.outputs.length === 1 ? (node.outputs[0] as KerasTensor) : [...node.outputs];
  const model = new Functional({ inputs: node.inputs, outputs }) as unknown as Model;
  model.setWeights(weights);
  const folder = await mkdtemp(join(tmpdir(), 'fedkeras-check-'));
  try {
    const path = join(folder, 'model.keras');
    await model.save(path);
    const loaded = await loadModel(path);
    const described = (m: Model): unknown =>
      m.weights.map((w) => [w.name, w.dtype, w.shape, Array.from(w.value.data as unknown[], String)]);
    assertEqual(described(loaded), described(model), 'weights from the file');
    const [found, expected] = [flatten(await loaded.predict(inputs)), flatten(await model.predict(inputs))];
    expected.forEach((y, i) => assertClose(found[i], y, `output ${i} of the model from the file`));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With `mixed_bfloat16` and `mixed_float16` the result has that type and is nearly the same. */
async function checkHalfPrecision({ layer, inputs, weights, inference, mask }: Checked): Promise<void> {
  for (const half of ['bfloat16', 'float16'] as const) {
    const copy = copyLayer(layer, inputs, `mixed_${half}`);
    const { outputs } = await compileLayer(copy, inputs, { training: false, mask })(inputs, weights, mask);
    outputs.forEach((y, i) => {
      const full = inference.outputs[i] as Tensor;
      if (full.dtype !== 'float32') return assertEqual(y.dtype, full.dtype, `element type of output ${i} with mixed_${half}`);
      assertEqual(y.dtype, half, `element type of output ${i} with mixed_${half}`);
      // What is beyond the largest number of 16 bits is infinite.
      if (half === 'float16' && numbersOf(full).some((v) => Math.abs(v) > 65504)) return;
      const scale = Math.max(1, ...numbersOf(full).filter(Number.isFinite).map(Math.abs));
      assertNumbersClose(numbersOf(y), numbersOf(full), `output ${i} with mixed_${half}`, { relative: 0, absolute: 0.03 * scale });
    });
  }
}

/** In inference mode the first example alone gives the first row of the batch's result. */
async function checkRows({ layer, inputs, weights, inference, mask }: Checked): Promise<void> {
  const first = (t: Tensor): Tensor => {
    const size = t.size / (t.shape[0] as number);
    return new Tensor(t.dtype, [1, ...t.shape.slice(1)], t.data.slice(0, size) as never);
  };
  const one = mask === undefined ? undefined : first(mask);
  const alone = await compileLayer(layer, inputs, { training: false, mask })(mapTree(inputs, first), weights, one);
  alone.outputs.forEach((y, i) => assertClose(y, first(inference.outputs[i] as Tensor), `output ${i} for the first example alone`));
}

/** Compares the derivative along a random direction of every input and weight with central differences. */
async function checkGradients({ layer, inputs, weights, mask }: Checked, training: boolean, dtype: 'float32' | 'float64'): Promise<void> {
  const single = dtype === 'float32';
  const [step, digits] = single ? [2 ** -10, 2] : [1e-6, 5];
  const converted = (t: Tensor): Tensor => (single ? t : widened(t));
  const wideInputs = mapTree(inputs, converted);
  const wide = copyLayer(layer, wideInputs, dtype);
  const wideWeights = weights.map(converted);
  const run = compileLayer(wide, wideInputs, { training, gradients: true, mask });
  const { gradients: found } = await run(wideInputs, wideWeights, mask);
  const floats = flatten(wideInputs).filter((t) => isFloating(t.dtype));
  const trained = wide.trainableWeights.map((w) => wideWeights[wide.weights.indexOf(w)] as Tensor);
  assertEqual(found.length, floats.length + trained.length, 'number of gradients');
  for (const [i, target] of [...floats, ...trained].entries()) {
    const direction = randomTensor(target.shape, 100 + i).data as Float32Array;
    const moved = (by: number): Tensor => {
      const values = Array.from(target.data as ArrayLike<number>, (v, k) => v + by * (direction[k] as number));
      return single ? tensor(Float32Array.from(values), target.shape) : tensor(Float64Array.from(values), target.shape);
    };
    const at = async (by: number): Promise<number> => {
      const swap = (t: Tensor): Tensor => (t === target ? moved(by) : t);
      return (await run(mapTree(wideInputs, swap), wideWeights.map(swap), mask)).projection;
    };
    const difference = ((await at(step)) - (await at(-step))) / (2 * step);
    const derivative = Array.from(found[i]?.data as ArrayLike<number>).reduce((s, g, k) => s + g * (direction[k] as number), 0);
    const what = `gradient ${i} ${training ? 'in training' : 'in inference'}`;
    assertNumbersClose([derivative], [difference], what, { relative: 0, absolute: 0.5 * 10 ** -digits });
  }
}
