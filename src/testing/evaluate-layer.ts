/** Layers as functions of inputs, weights and masks. */
import { isFloating } from '../dtype.js';
import { Computation } from '../graph/computation.js';
import { Context } from '../graph/context.js';
import { gradients } from '../graph/gradients.js';
import type { Output } from '../graph/graph.js';
import { product, range, reshape, shapeOf, sizesOf } from '../graph/ops/array.js';
import { add, cast, cos, mul } from '../graph/ops/math.js';
import { sum } from '../graph/ops/reduce.js';
import type { Variable } from '../graph/variable.js';
import { input } from '../keras/engine/input.js';
import type { KerasTensor } from '../keras/engine/keras-tensor.js';
import type { Layer } from '../keras/engine/layer.js';
import { Random } from '../random.js';
import { type Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';

/** A layer's outputs, and the gradients of a projection of them, as functions of inputs and weights. */
export interface Evaluation {
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
