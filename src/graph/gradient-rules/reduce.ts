/** Reductions and running totals. */
import { TensorFlowError } from '../../errors.js';
import type { Output } from '../graph.js';
import { broadcastTo, fill, reshape, reshapeLike, shapeOf, sizeOfAxis, transpose } from '../ops/array.js';
import { constantLike, op } from '../ops/core.js';
import { cast, div, divNoNan, equal, mul } from '../ops/math.js';
import { constantOf, first, type GradientRule, pick, type Rules } from './rule.js';

/** A reduction, and how its result and its gradient are put beside its input. */
interface Reduction {
  readonly x: Output;
  readonly y: Output;
  readonly dy: Output;
  readonly axes: Output;
  readonly kept: boolean;
}

const reduction = (fn: (r: Reduction) => Output): GradientRule =>
  first((dy, { inputs: [x, axes], outputs: [y], attributes }) =>
    fn({ x: x as Output, y: y as Output, dy, axes: axes as Output, kept: attributes.keep_dims === true }),
  );

/** The axes that are reduced, where they are known. */
const axesOf = ({ x, axes }: Reduction): number[] | undefined => constantOf(axes)?.map((axis) => (axis < 0 ? axis + x.rank : axis));

/** Gives a value of the reduction's shape size 1 on the axes that were reduced, so that it broadcasts against the input. */
function alongside(r: Reduction, value: Output): Output {
  const { x, y, kept } = r;
  if (kept || y.shape?.length === 0) return value;
  const reduced = axesOf(r);
  const shape = reduced === undefined ? undefined : x.shape?.map((size, axis) => (reduced.includes(axis) ? 1 : size));
  if (shape !== undefined && shape.filter((size) => size === null).length <= 1)
    return reshape(
      value,
      shape.map((size) => size ?? -1),
    );
  const rank = op('Rank', [x]);
  const ones = op('Fill', [op('Shape', [r.axes]), constantLike(x, 1)]);
  const all = op('Range', [constantLike(x, 0), rank, constantLike(x, 1)]);
  return reshape(
    value,
    op('DynamicStitch', [
      [all, op('FloorMod', [r.axes, rank])],
      [shapeOf(x), ones],
    ]),
  );
}

/** A gradient for every value of the input from one for every value of the result. */
const spread = (r: Reduction, value: Output): Output =>
  r.y.shape?.length === 0 ? fill(shapeOf(r.x), value) : broadcastTo(alongside(r, value), shapeOf(r.x));

/** Equal extrema share the gradient. */
const extremum = reduction((r) => {
  const chosen = cast(equal(r.x, alongside(r, r.y)), r.x.dtype);
  const count = op('Sum', [chosen, r.axes], { keep_dims: r.kept });
  return mul(chosen, alongside(r, div(r.dy, count)));
});

/** The product of all others, also where some are zero: the running products from both sides. */
function productOfOthers(r: Reduction): Output {
  const { x } = r;
  const reduced = axesOf(r);
  if (reduced === undefined) throw new TensorFlowError('UNIMPLEMENTED', `the gradient of the product ${r.y} needs constant axes`);
  const others = Array.from({ length: x.rank }, (_, axis) => axis).filter((axis) => !reduced.includes(axis));
  const order = [...others, ...reduced];
  const front = transpose(x, order);
  // One column per product, in the order of the axes that stay.
  const rows = reduced.length === 1 ? front : reshape(front, [...others.map((axis) => sizeOfAxis(x, axis)), -1]);
  const last = constantLike(x, rows.rank - 1);
  const before = op('Cumprod', [rows, last], { exclusive: true });
  const after = op('Cumprod', [rows, last], { exclusive: true, reverse: true });
  const product = mul(before, after);
  const shaped = reduced.length === 1 ? product : reshapeLike(product, front);
  return transpose(
    shaped,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** How many values each result is made of: a number where the sizes of the axes are known. */
function count(r: Reduction): Output | number {
  const known = axesOf(r)?.map((axis) => r.x.shape?.[axis]);
  if (known?.every((size) => typeof size === 'number')) return (known as number[]).reduce((a, b) => a * b, 1);
  const size = (t: Output): Output => cast(op('Size', [t]), r.x.dtype);
  return r.y.shape?.length === 0 ? size(r.x) : divNoNan(size(r.x), size(r.y));
}

export const reduceRules: Rules = {
  Sum: reduction((r) => spread(r, r.dy)),
  Mean: reduction((r) => spread(r, div(r.dy, count(r)))),
  Max: extremum,
  Min: extremum,
  Prod: reduction((r) => mul(productOfOthers(r), alongside(r, r.dy))),
  EuclideanNorm: reduction((r) => mul(r.x, alongside(r, divNoNan(r.dy, r.y)))),
  Cumsum: first((dy, { inputs: [, axis], attributes }) =>
    op('Cumsum', [dy, axis as Output], { ...pick(attributes, 'exclusive'), reverse: attributes.reverse !== true }),
  ),
  // 0 where the input is 0, as in TensorFlow.
  Cumprod: first((dy, { inputs: [x, axis], outputs: [y], attributes }) => {
    const total = op('Cumsum', [mul(dy, y as Output), axis as Output], {
      ...pick(attributes, 'exclusive'),
      reverse: attributes.reverse !== true,
    });
    return divNoNan(total, x as Output);
  }),
};
