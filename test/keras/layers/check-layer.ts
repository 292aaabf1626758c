/** The test of a layer in three lines: shapes, values, config, gradients, both modes, any batch. */
import { expect } from 'vitest';
import { type DType, isFloating } from '../../../src/dtype.js';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { product, range, reshape, shapeOf, sizesOf } from '../../../src/graph/ops/array.js';
import { add, cast, cos, mul } from '../../../src/graph/ops/math.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import type { Variable } from '../../../src/graph/variable.js';
import { input } from '../../../src/keras/engine/input.js';
import type { KerasTensor } from '../../../src/keras/engine/keras-tensor.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import { Random } from '../../../src/random.js';
import { Tensor, type TensorData, tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../../../src/tree.js';

export interface LayerCase {
  /** A layer that has not been applied. */
  readonly layer: unknown;
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
  /** `false` where there is no gradient, `float32` where libtensorflow has no kernels for `float64`, in which differences are taken else. */
  readonly gradient?: false | 'float32';
}

/** A layer's outputs, and the gradients of a projection of them, as functions of inputs and weights. */
interface Evaluation {
  readonly outputs: readonly Tensor[];
  readonly mask: Tensor | undefined;
  /** The weights after the call. */
  readonly updated: readonly Tensor[];
  readonly projection: number;
  /** With respect to the floating inputs, then the trained weights. */
  readonly gradients: readonly Tensor[];
}

const SEED = tensor(BigInt64Array.of(3n, 5n), [2], 'int64');

/** Random values in `[-1, 1)`: the same ones for the same numbers. */
export function randomTensor(shape: readonly number[], ...seed: readonly number[]): Tensor {
  const random = new Random(11, ...seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random.uniform() - 1),
    shape,
    'float32',
  );
}

/** The layer applied to symbolic inputs like `inputs`, but of any batch. */
export function applyTo(layer: Layer, inputs: Tree<Tensor>): KerasTensor[] {
  return flatten(layer.apply(mapTree(inputs, (t) => input({ batchShape: [null, ...t.shape.slice(1)], dtype: t.dtype }))));
}

/** A built layer as a function of inputs of any batch, of the weights' values and of the mask of the first input. */
export function compileLayer(
  layer: Layer,
  inputs: Tree<Tensor>,
  options: { readonly training: boolean; readonly gradients?: boolean; readonly mask?: Tensor | undefined },
): (inputs: Tree<Tensor>, weights: readonly Tensor[], mask?: Tensor | undefined) => Promise<Evaluation> {
  const { weights } = layer;
  const masks = options.mask === undefined ? [] : [options.mask];
  const any = (t: Tensor): TensorSpec => tensorSpec([null, ...t.shape.slice(1)], t.dtype);
  const specs = [weights.map((w) => w.spec), mapTree(inputs, any), masks.map(any), tensorSpec([2], 'int64')] as Tree<TensorSpec>;
  const computation = Computation.compile<Tensor[][]>(specs, (feeds, graph) => {
    const [values, x, masked, seed] = feeds as [Output[], Tree<Output>, Output[], Output];
    const ctx = new Context(graph, {
      training: options.training,
      values: new Map(weights.map((w, i): [Variable, Output] => [w, values[i] as Output])),
      seed,
    });
    ctx.setMask(flatten(x)[0] as Output, masked[0]);
    const outputs = flatten(layer.invoke(ctx, x));
    const projected = outputs.filter((y) => isFloating(y.dtype)).map((y, i) => sum(mul(y, cast(spread(y, i), y.dtype))));
    const terms = [...projected, ...ctx.losses];
    const projection = terms.length === 0 ? graph.constant(0) : terms.reduce((a, b) => add(a, b));
    const targets = [
      ...flatten(x).filter((t) => isFloating(t.dtype)),
      ...layer.trainableWeights.map((w) => values[weights.indexOf(w)] as Output),
    ];
    const found = options.gradients === true ? gradients([projection], targets) : [];
    const mask = ctx.mask(outputs[0] as Output);
    return [
      outputs,
      [projection],
      found.map((g, i) => g ?? mul(targets[i] as Output, 0)),
      mask === undefined ? [] : [mask],
      weights.map((w) => ctx.read(w)),
    ];
  });
  return async (x, values, mask) => {
    const results = await computation.run([values, x, mask === undefined ? [] : [mask], SEED] as Tree<Tensor>);
    const [outputs, projection, found, masked, updated] = results as [Tensor[], Tensor[], Tensor[], Tensor[], Tensor[]];
    return { outputs, projection: Number(projection[0]?.data[0]), gradients: found, mask: masked[0], updated };
  };
}

/** Fixed numbers of the output's shape. */
function spread(y: Output, salt: number): Output {
  const positions = range(y, 0, product(sizesOf(y), y));
  return reshape(cos(cast(add(mul(positions, 3), salt), 'float64')), shapeOf(y));
}

/** A layer of the same config, but computing in `dtype`, for the same inputs. */
function copyLayer(layer: Layer, inputs: Tree<Tensor>, dtype?: string): Layer {
  const config = JSON.parse(JSON.stringify(layer.serialize())) as never;
  const copy = layerRegistry.deserialize(dtype === undefined ? config : (retyped(config, dtype) as never));
  applyTo(copy, inputs);
  return copy;
}

/** The config with every layer's `dtype` replaced. */
function retyped(value: unknown, dtype: string): unknown {
  if (Array.isArray(value)) return value.map((v) => retyped(v, dtype));
  if (!isDictionary(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, key === 'dtype' ? dtype : retyped(v, dtype)]));
}

const widened = (t: Tensor): Tensor => (t.dtype === 'float32' ? tensor(Float64Array.from(t.data as Float32Array), t.shape, 'float64') : t);

/** Compares tensors: `1e-4` relative and `1e-5` absolute, for `float32` with another order of sums; other types exactly. */
export function expectClose(actual: Tensor | undefined, expected: Tensor, what: string): void {
  expect(actual?.shape, `shape of ${what}`).toEqual(expected.shape);
  const [a, e] = [actual?.data ?? [], expected.data];
  if (!isFloating(expected.dtype)) expect(Array.from(a as unknown[], String), what).toEqual(Array.from(e as unknown[], String));
  else
    Array.from(a as ArrayLike<number>).forEach((v, i) => {
      const want = Number(e[i]);
      expect(Math.abs(v - want), `${what}, value ${i}: ${v}, expected ${want}`).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(want));
    });
}

const isTensor = (value: unknown): boolean => value instanceof Tensor || (Array.isArray(value) && value[0] instanceof Tensor);
const tensorsOf = (values: TensorData | Tensor | readonly Tensor[], dtype: DType = 'float32'): Tree<Tensor> =>
  isTensor(values) ? (values as Tree<Tensor>) : tensor(values as TensorData, undefined, dtype);

/**
 * Checks a layer: its inferred shape is that of the result for any batch, its config brings it back, its values are Keras's in both modes,
 * and its gradients are those of finite differences.
 */
export async function checkLayer(c: LayerCase): Promise<void> {
  const layer = c.layer as Layer;
  const inputs = tensorsOf(c.inputs);
  const symbolic = applyTo(layer, inputs);
  expect(c.weights?.length ?? layer.weights.length, 'number of weights').toBe(layer.weights.length);
  const weights = layer.weights.map((w, i) => {
    const value = c.weights?.[i];
    if (value !== undefined) return tensorsOf(value, w.dtype) as Tensor;
    return isFloating(w.dtype) && w.trainable ? randomTensor(w.shape, i) : w.value;
  });
  const { mask } = c;
  const inference = await compileLayer(layer, inputs, { training: false, mask })(inputs, weights, mask);
  const training = await compileLayer(layer, inputs, { training: true, mask })(inputs, weights, mask);
  for (const { outputs } of [inference, training]) {
    expect(outputs.length).toBe(symbolic.length);
    outputs.forEach((y, i) => {
      const { shape, dtype } = symbolic[i] as KerasTensor;
      expect(y.dtype).toBe(dtype);
      // Only the number of examples is not known before.
      expect([y.shape[0], ...shape.slice(1)], 'inferred shape').toEqual(y.shape);
    });
  }
  if (c.expected !== undefined)
    flatten(tensorsOf(c.expected, symbolic[0]?.dtype)).forEach((e, i) => expectClose(inference.outputs[i], e, `output ${i}`));
  if (c.training !== undefined) expectClose(training.outputs[0], flatten(tensorsOf(c.training))[0] as Tensor, 'output in training');
  const updated = c.updated ?? (c.training === undefined ? [] : weights);
  updated.forEach((e, i) => expectClose(training.updated[i], e, `weight ${i} after training`));
  if (c.outputMask !== undefined) expectClose(inference.mask, c.outputMask, 'mask');
  else if (mask !== undefined) expect(inference.mask, 'mask of the output').toBeUndefined();

  await checkConfig(layer, inputs, weights, inference, mask);
  if (c.independent !== false) await checkRows(layer, inputs, weights, inference, mask);
  if (c.gradient !== false)
    for (const mode of [false, true])
      await checkGradients(layer, inputs, weights, { training: mode, mask, dtype: c.gradient ?? 'float64' });
}

async function checkConfig(
  layer: Layer,
  inputs: Tree<Tensor>,
  weights: readonly Tensor[],
  inference: Evaluation,
  mask: Tensor | undefined,
): Promise<void> {
  const copy = copyLayer(layer, inputs);
  expect(copy.serialize()).toEqual(layer.serialize());
  expect(copy.weights.map((w) => [w.name, ...w.shape])).toEqual(layer.weights.map((w) => [w.name, ...w.shape]));
  const again = await compileLayer(copy, inputs, { training: false, mask })(inputs, weights, mask);
  again.outputs.forEach((y, i) => expectClose(y, inference.outputs[i] as Tensor, `output ${i} of the copy`));
}

/** In inference mode the first example alone gives the first row of the batch's result. */
async function checkRows(
  layer: Layer,
  inputs: Tree<Tensor>,
  weights: readonly Tensor[],
  inference: Evaluation,
  mask: Tensor | undefined,
): Promise<void> {
  const first = (t: Tensor): Tensor => {
    const size = t.size / (t.shape[0] as number);
    return new Tensor(t.dtype, [1, ...t.shape.slice(1)], t.data.slice(0, size) as never);
  };
  const one = mask === undefined ? undefined : first(mask);
  const alone = await compileLayer(layer, inputs, { training: false, mask })(mapTree(inputs, first), weights, one);
  alone.outputs.forEach((y, i) => expectClose(y, first(inference.outputs[i] as Tensor), `output ${i} for the first example alone`));
}

/** Compares the derivative along a random direction of every input and weight with central differences. */
async function checkGradients(
  layer: Layer,
  inputs: Tree<Tensor>,
  weights: readonly Tensor[],
  { training, mask, dtype }: { readonly training: boolean; readonly mask: Tensor | undefined; readonly dtype: 'float32' | 'float64' },
): Promise<void> {
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
  expect(found.length).toBe(floats.length + trained.length);
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
    expect(derivative, `gradient ${i} ${training ? 'in training' : 'in inference'}`).toBeCloseTo(difference, digits);
  }
}
