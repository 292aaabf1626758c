/** Shapes: slicing, joining, transposing, gathering. */
import type { DType } from '../../dtype.js';
import { dtypeNumber } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import { graphOf, Output } from '../graph.js';
import { constantLike, type Operand, op, ops } from './core.js';

/** A size that is known when the graph is built, or a scalar `int32` output. */
export type Size = number | Output;

/** A vector of sizes: a constant where all are known. */
export function sizes(like: Output, values: readonly Size[]): Output {
  if (values.every((v) => typeof v === 'number')) return constantLike(like, values as number[]);
  return op('Pack', [values.map((v) => (typeof v === 'number' ? constantLike(like, v) : v))], { axis: 0 });
}

/** The shape, an `int32` vector by default: a constant where all sizes are known. */
export const shapeOf = (x: Output, dtype: 'int32' | 'int64' = 'int32'): Output =>
  x.shape?.every((s) => s !== null)
    ? x.graph.constant(dtype === 'int32' ? x.shape : x.shape.map((s) => BigInt(s as number)), dtype, [x.shape.length])
    : op('Shape', [x], { out_type: dtypeNumber(dtype) });

/** The size of an axis: a number where it is known, else an `int32` scalar. */
export function sizeOfAxis(x: Output, axis: number): Size {
  const index = axis < 0 ? axis + x.rank : axis;
  const known = x.shape?.[index];
  // Their shape is at hand; one client's would have to be cut out of it first.
  if (x.isOfClients && x.places === undefined) return known ?? sizeOfAxis(x.ofClients as Output, index + 1);
  return typeof known === 'number'
    ? known
    : op('StridedSlice', [shapeOf(x), constantLike(x, [index]), constantLike(x, [index + 1]), constantLike(x, [1])], {
        shrink_axis_mask: 1,
      });
}

/** All sizes: see {@link sizeOfAxis}. */
export const sizesOf = (x: Output): Size[] => Array.from({ length: x.rank }, (_, axis) => sizeOfAxis(x, axis));

/** The product of sizes. */
export function product(values: readonly Size[], like: Output): Size {
  const known = values.filter((v) => typeof v === 'number').reduce((a, b) => a * (b as number), 1);
  const unknown = values.filter((v) => v instanceof Output) as Output[];
  if (unknown.length === 0) return known;
  const all = known === 1 ? unknown : [...unknown, constantLike(like, known)];
  return all.reduce((a, b) => op('Mul', [a, b]));
}

/** A size as an output. */
export const sizeOutput = (like: Output, size: Size): Output => (typeof size === 'number' ? constantLike(like, size) : size);

/** Gives `x` another shape; one size may be `-1`. */
export const reshape = (x: Output, shape: readonly Size[] | Output): Output =>
  op('Reshape', [x, shape instanceof Output ? shape : sizes(x, shape)]);

/** Gives `x` the shape of `like`, which has as many values. */
export const reshapeLike = (x: Output, like: Output): Output =>
  reshape(x, like.shape !== null && like.shape.filter((s) => s === null).length <= 1 ? like.shape.map((s) => s ?? -1) : shapeOf(like));

export const transpose = (x: Output, permutation: readonly number[]): Output =>
  permutation.every((p, i) => p === i) ? x : op('Transpose', [x, constantLike(x, permutation)]);

/** Adds an axis of size 1. */
export const expandDims = (x: Output, axis: number): Output => op('ExpandDims', [x, constantLike(x, axis)]);

/** Removes axes of size 1. */
export const squeeze = (x: Output, axes: readonly number[]): Output => op('Squeeze', [x], { squeeze_dims: axes });

/** Joins along an existing axis. */
export const concat = (xs: readonly Output[], axis: number): Output =>
  xs.length === 1 ? (xs[0] as Output) : op('ConcatV2', [xs, constantLike(deepest(xs), axis)]);

/** Joins along a new axis. */
export const stack = (xs: readonly Output[], axis = 0): Output => op('Pack', [xs], { axis });

// Each is an output of the op: files may ask for billions.
const MAX_PARTS = 2 ** 16;

function parts(count: number): number {
  if (count > MAX_PARTS) throw new ValueError(`an axis can be split into at most ${MAX_PARTS} parts, received ${count}`);
  return count;
}

/** Splits along an axis of known size into slices without it. */
export const unstack = (x: Output, axis = 0): Output[] =>
  ops('Unpack', [x], { axis, num: parts((x.shape as (number | null)[])[axis < 0 ? axis + x.rank : axis] as number) });

/** Splits an axis into equal parts. */
export const split = (x: Output, count: number, axis: number): Output[] =>
  count === 1 ? [x] : ops('Split', [constantLike(x, axis), x], { num_split: parts(count) });

/** Splits an axis into parts of the given sizes. */
export const splitSizes = (x: Output, sizesOfParts: readonly number[], axis: number): Output[] =>
  ops('SplitV', [x, constantLike(x, sizesOfParts), constantLike(x, axis)], { num_split: sizesOfParts.length });

/** The box of sizes `size` (`-1`: to the end) that begins at `begin`. */
export const slice = (x: Output, begin: readonly Size[], size: readonly Size[]): Output =>
  op('Slice', [x, sizes(x, begin), sizes(x, size)]);

/** Part of one axis, `[start, stop)` with step 1; `stop` undefined means the end, negative numbers count from the end. */
export function sliceAxis(x: Output, axis: number, start: number, stop?: number, step = 1): Output {
  const at = axis < 0 ? axis + x.rank : axis;
  const zeros = Array.from({ length: x.rank }, () => 0);
  const begin = zeros.with?.(at, start) ?? zeros.map((z, i) => (i === at ? start : z));
  const end = zeros.map((z, i) => (i === at && stop !== undefined ? stop : z));
  const others = zeros.reduce((mask, _, i) => (i === at ? mask : mask | (1 << i)), 0);
  return op(
    'StridedSlice',
    [
      x,
      constantLike(x, begin),
      constantLike(x, end),
      constantLike(
        x,
        zeros.map((_, i) => (i === at ? step : 1)),
      ),
    ],
    {
      begin_mask: others,
      end_mask: stop === undefined ? others | (1 << at) : others,
    },
  );
}

/** One index of an axis, which is removed. */
export function indexAxis(x: Output, axis: number, index: number): Output {
  const at = axis < 0 ? axis + x.rank : axis;
  const zeros = Array.from({ length: x.rank }, () => 0);
  const others = zeros.reduce((mask, _, i) => (i === at ? mask : mask | (1 << i)), 0);
  const place = (value: number): Output =>
    constantLike(
      x,
      zeros.map((_, i) => (i === at ? value : 0)),
    );
  return op(
    'StridedSlice',
    [
      x,
      place(index),
      place(index + 1),
      constantLike(
        x,
        zeros.map(() => 1),
      ),
    ],
    {
      begin_mask: others,
      end_mask: index === -1 ? others | (1 << at) : others,
      shrink_axis_mask: 1 << at,
    },
  );
}

/** Rows of `x` along `axis` by `int32` or `int64` indices. */
export const gather = (x: Output, indices: Output, axis = 0, batchDims = 0): Output =>
  op('GatherV2', [x, indices, constantLike(x, axis)], { batch_dims: batchDims });

/** `[before, after]` zeros (or `value`) around each axis. */
export function pad(x: Output, paddings: readonly (readonly [number, number])[], value: Operand = 0): Output {
  const p = x.graph.constant(paddings.flat(), 'int32', [paddings.length, 2]);
  return value === 0 ? op('Pad', [x, p]) : op('PadV2', [x, p, typeof value === 'number' ? x.graph.constant(value, x.dtype) : value]);
}

/** Repeats the whole of `x` along each axis. */
export const tile = (x: Output, multiples: readonly Size[]): Output => op('Tile', [x, sizes(x, multiples)]);

export const reverse = (x: Output, axes: readonly number[]): Output => op('ReverseV2', [x, constantLike(x, axes)]);

export const broadcastTo = (x: Output, shape: Output): Output => op('BroadcastTo', [x, shape]);

export const zerosLike = (x: Output): Output => op('ZerosLike', [x]);
export const onesLike = (x: Output): Output => op('OnesLike', [x]);

/** A tensor filled with one value; a shape with unknown sizes is an output. */
export const fill = (shape: Output, value: Output): Output => op('Fill', [shape, value]);

/** `start, start + 1, …` up to `limit`, as `int32`. */
export const range = (like: Output, start: Size, limit: Size): Output =>
  op('Range', [sizeOutput(like, start), sizeOutput(like, limit), constantLike(like, 1)]);

/** Ones at the given indices of a new last axis of size `depth`. */
export function oneHot(indices: Output, depth: number, dtype: DType = 'float32'): Output {
  const { graph } = indices;
  return op(
    'OneHot',
    [
      indices,
      graph.constant(depth, 'int32'),
      graph.constant(dtype === 'bool' ? true : 1, dtype, []),
      graph.constant(dtype === 'bool' ? false : 0, dtype, []),
    ],
    { axis: -1 },
  );
}

const deepest = (xs: readonly Output[]): Output => {
  const graph = graphOf(xs);
  return xs.find((x) => x.graph === graph) as Output;
};
