/** The test of a layer in three lines: shapes, values, config, gradients, both modes, any batch. */
import { expect } from 'vitest';
import { isFloating } from '../../../src/dtype.js';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { addN, cast, mul } from '../../../src/graph/ops/math.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import type { Variable } from '../../../src/graph/variable.js';
import { input } from '../../../src/keras/engine/input.js';
import type { KerasTensor } from '../../../src/keras/engine/keras-tensor.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import { Random } from '../../../src/random.js';
import { Tensor, type TensorData, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../../../src/tree.js';

export interface LayerCase {
  /** A layer that has not been applied; as its type does not name the options, any layer fits. */
  readonly layer: unknown;
  /** A batch of at least two examples: one input, or a list. */
  readonly inputs: Tensor | TensorData | readonly Tensor[];
  /** What Keras gives in inference mode. */
  readonly expected?: TensorData | readonly Tensor[];
  /** What Keras gives in training mode, where that is not random. */
  readonly training?: TensorData;
  /** Values of the weights, in Keras's order; random ones by default. */
  readonly weights?: readonly TensorData[];
  /** `false` where examples of a batch are not independent in inference mode. */
  readonly independent?: boolean;
  /** `false` where the gradient is zero or undefined at the inputs. */
  readonly gradient?: boolean;
}

/** A layer's outputs, and the gradients of a projection of them, as functions of inputs and weights. */
interface Evaluation {
  readonly outputs: readonly Tensor[];
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

/** Compiles a built layer for inputs of any batch. */
export function compileLayer(
  layer: Layer,
  inputs: Tree<Tensor>,
  training: boolean,
  withGradients: boolean,
): (inputs: Tree<Tensor>, weights: readonly Tensor[]) => Promise<Evaluation> {
  const { weights } = layer;
  const specs = mapTree(inputs, (t) => tensorSpec([null, ...t.shape.slice(1)], t.dtype));
  const computation = Computation.compile<[Tensor[], Tensor, Tensor[]]>([weights.map((w) => w.spec), specs, SEED_SPEC], (feeds, graph) => {
    const [values, x, seed] = feeds as [Output[], Tree<Output>, Output];
    const ctx = new Context(graph, {
      training,
      values: new Map(weights.map((w, i): [Variable, Output] => [w, values[i] as Output])),
      seed,
    });
    const outputs = flatten(layer.invoke(ctx, x));
    const projected = outputs.map((y, i) => {
      const factors = Array.from({ length: 7 }, (_, k) => Math.cos(3 * k + i + 1));
      return isFloating(y.dtype) ? sum(mul(y, cast(cycle(y, factors), y.dtype))) : undefined;
    });
    const terms = [...projected.filter((p) => p !== undefined), ...ctx.losses];
    const projection = terms.length === 0 ? graph.constant(0, 'float32', []) : addN(terms);
    const targets = [
      ...flatten(x).filter((t) => isFloating(t.dtype)),
      ...layer.trainableWeights.map((w) => values[weights.indexOf(w)] as Output),
    ];
    const found = withGradients ? gradients([projection], targets) : [];
    return [outputs, projection, found.map((g, i) => g ?? mul(targets[i] as Output, 0))];
  });
  return async (values, weightValues) => {
    const [outputs, projection, found] = (await computation.run([weightValues, values, SEED])) as unknown as [Tensor[], Tensor, Tensor[]];
    return { outputs, projection: Number(projection.data[0]), gradients: found };
  };
}

const SEED_SPEC = tensorSpec([2], 'int64');

/** Fixed numbers that spread over `y` along its last axis, for an unknown number of rows. */
function cycle(y: Output, factors: readonly number[]): Output {
  const { graph } = y;
  const size = graph.op('Size', [y], { out_type: 3 })[0] as Output;
  const [positions] = graph.op('Range', [graph.constant(0, 'int32'), size, graph.constant(1, 'int32')]) as [Output];
  const [index] = graph.op('FloorMod', [positions, graph.constant(factors.length, 'int32')]) as [Output];
  const table = graph.constant(factors, 'float64', [factors.length]);
  const [picked] = graph.op('GatherV2', [table, index, graph.constant(0, 'int32')]) as [Output];
  const [shape] = graph.op('Shape', [y], { out_type: 3 }) as [Output];
  return graph.op('Reshape', [picked, shape])[0] as Output;
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

/** Compares tensors of the same shape. */
export function expectClose(actual: Tensor, expected: Tensor, what: string, digits = 5): void {
  expect(actual.shape, `shape of ${what}`).toEqual(expected.shape);
  if (actual.dtype === 'string') expect(actual.data, what).toEqual(expected.data);
  else
    Array.from(actual.data as ArrayLike<number>, Number).forEach((v, i) =>
      expect(v, `${what}, value ${i}`).toBeCloseTo(Number(expected.data[i]), digits),
    );
}

const tensorsOf = (values: TensorData | Tensor | readonly Tensor[]): Tree<Tensor> =>
  values instanceof Tensor || (Array.isArray(values) && values[0] instanceof Tensor)
    ? (values as Tree<Tensor>)
    : tensor(values as TensorData);

const expectedOf = (values: TensorData | readonly Tensor[], like: readonly Tensor[]): Tensor[] =>
  Array.isArray(values) && values[0] instanceof Tensor
    ? (values as Tensor[])
    : [tensor(values as TensorData, undefined, (like[0] as Tensor).dtype)];

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
    if (value !== undefined) return tensor(value, undefined, w.dtype);
    return isFloating(w.dtype) && w.trainable ? randomTensor(w.shape, i) : w.value;
  });

  const inference = await compileLayer(layer, inputs, false, false)(inputs, weights);
  const training = await compileLayer(layer, inputs, true, false)(inputs, weights);
  for (const { outputs } of [inference, training]) {
    expect(outputs.length).toBe(symbolic.length);
    outputs.forEach((y, i) => {
      const { shape, dtype } = symbolic[i] as KerasTensor;
      expect(y.dtype).toBe(dtype);
      expect(y.shape.length, `axes of the inferred shape [${shape.join(', ')}]`).toBe(shape.length);
      y.shape.forEach((size, k) => expect([null, size], `inferred size of axis ${k}`).toContain(shape[k]));
      expect(shape.slice(1), 'sizes that can be known').toEqual(y.shape.slice(1));
    });
  }
  if (c.expected !== undefined)
    expectedOf(c.expected, inference.outputs).forEach((e, i) => expectClose(inference.outputs[i] as Tensor, e, `output ${i}`));
  if (c.training !== undefined)
    expectClose(training.outputs[0] as Tensor, expectedOf(c.training, training.outputs)[0] as Tensor, 'training');

  await checkConfig(layer, inputs, weights, inference);
  if (c.independent !== false) await checkRows(layer, inputs, weights, inference);
  if (c.gradient !== false) for (const mode of [false, true]) await checkGradients(layer, inputs, weights, mode);
}

async function checkConfig(layer: Layer, inputs: Tree<Tensor>, weights: readonly Tensor[], inference: Evaluation): Promise<void> {
  const copy = copyLayer(layer, inputs);
  expect(copy.serialize()).toEqual(layer.serialize());
  expect(copy.weights.map((w) => [w.name, ...w.shape])).toEqual(layer.weights.map((w) => [w.name, ...w.shape]));
  const again = await compileLayer(copy, inputs, false, false)(inputs, weights);
  again.outputs.forEach((y, i) => expectClose(y, inference.outputs[i] as Tensor, `output ${i} of the copy`));
}

/** In inference mode the first example alone gives the first row of the batch's result. */
async function checkRows(layer: Layer, inputs: Tree<Tensor>, weights: readonly Tensor[], inference: Evaluation): Promise<void> {
  const first = (t: Tensor): Tensor => {
    const size = t.size / (t.shape[0] as number);
    return new Tensor(t.dtype, [1, ...t.shape.slice(1)], t.data.slice(0, size) as never);
  };
  const alone = await compileLayer(layer, inputs, false, false)(mapTree(inputs, first), weights);
  alone.outputs.forEach((y, i) => expectClose(y, first(inference.outputs[i] as Tensor), `output ${i} for the first example alone`));
}

/** Compares the derivative along a random direction of every input and weight with central differences, in double precision. */
async function checkGradients(layer: Layer, inputs: Tree<Tensor>, weights: readonly Tensor[], training: boolean): Promise<void> {
  const wideInputs = mapTree(inputs, (t) => widened(t));
  const wide = copyLayer(layer, wideInputs, 'float64');
  const wideWeights = weights.map((w) => widened(w));
  const run = compileLayer(wide, wideInputs, training, true);
  const { gradients: found } = await run(wideInputs, wideWeights);
  const floats = flatten(wideInputs).filter((t) => isFloating(t.dtype));
  const trained = wide.trainableWeights.map((w) => wideWeights[wide.weights.indexOf(w)] as Tensor);
  expect(found.length).toBe(floats.length + trained.length);
  const step = 1e-6;
  for (const [i, target] of [...floats, ...trained].entries()) {
    const direction = randomTensor(target.shape, 100 + i).data as Float32Array;
    const moved = (by: number): Tensor =>
      tensor(
        Float64Array.from(target.data as Float64Array, (v, k) => v + by * (direction[k] as number)),
        target.shape,
        'float64',
      );
    const at = async (by: number): Promise<number> => {
      const swap = (t: Tensor): Tensor => (t === target ? moved(by) : t);
      return (await run(mapTree(wideInputs, swap), wideWeights.map(swap))).projection;
    };
    const difference = ((await at(step)) - (await at(-step))) / (2 * step);
    const derivative = Array.from(found[i]?.data as Float64Array).reduce((s, g, k) => s + g * (direction[k] as number), 0);
    expect(derivative, `gradient ${i} ${training ? 'in training' : 'in inference'}`).toBeCloseTo(difference, 5);
  }
}
