/** Reductions. */
import type { Output } from '../graph.js';
import { broadcastTo, fill, reshape, shapeOf } from '../ops/array.js';
import { op } from '../ops/core.js';
import { cast, div, divNoNan, equal, mul } from '../ops/math.js';
import type { GradientRule } from './rule.js';

/** The shape of a reduction that would have kept its axes with size 1. */
function keptShape(x: Output, axes: Output, y: Output, kept: boolean): Output {
  if (kept) return shapeOf(y);
  const list = axes.operation.constant?.data;
  if (x.shape !== null && list !== undefined) {
    const reduced = new Set(Array.from(list as Int32Array, (a) => (a < 0 ? a + x.rank : a)));
    const shape = x.shape.map((s, i) => (reduced.has(i) ? 1 : s));
    if (shape.filter((s) => s === null).length <= 1)
      return x.graph.constant(
        shape.map((s) => s ?? -1),
        'int32',
        [shape.length],
      );
  }
  const full = shapeOf(x);
  const ones = op('Fill', [op('Shape', [axes]), x.graph.constant(1, 'int32')]);
  const range = op('Range', [x.graph.constant(0, 'int32'), op('Rank', [x]), x.graph.constant(1, 'int32')]);
  return op('DynamicStitch', [
    [range, op('FloorMod', [axes, op('Rank', [x])])],
    [full, ones],
  ]);
}

const spread = (x: Output, axes: Output, y: Output, kept: boolean, value: Output): Output =>
  y.shape?.length === 0 ? fill(shapeOf(x), value) : broadcastTo(reshape(value, keptShape(x, axes, y, kept)), shapeOf(x));

const reduction =
  (fn: (x: Output, y: Output, dy: Output, axes: Output, kept: boolean) => Output): GradientRule =>
  ({ inputs, outputs, attributes }, [dy]) => [
    fn(inputs[0] as Output, outputs[0] as Output, dy as Output, inputs[1] as Output, attributes.keep_dims === true),
    null,
  ];

/** Equal extrema share the gradient. */
const extremum = reduction((x, y, dy, axes, kept) => {
  const shape = keptShape(x, axes, y, kept);
  const chosen = cast(equal(x, reshape(y, shape)), x.dtype);
  return mul(div(chosen, op('Sum', [chosen, axes], { keep_dims: true })), reshape(dy, shape));
});

export const reduceRules: Readonly<Record<string, GradientRule>> = {
  Sum: reduction((x, y, dy, axes, kept) => spread(x, axes, y, kept, dy)),
  Mean: reduction((x, y, dy, axes, kept) => {
    const size = (t: Output): Output => cast(op('Size', [t]), x.dtype);
    const count = staticCount(x, y) ?? (y.shape?.length === 0 ? size(x) : divNoNan(size(x), size(y)));
    return spread(x, axes, y, kept, div(dy, count));
  }),
  Max: extremum,
  Min: extremum,
  Cumsum: ({ inputs: [, axis], attributes }, [dy]) => [
    op('Cumsum', [dy as Output, axis as Output], { exclusive: attributes.exclusive ?? false, reverse: attributes.reverse !== true }),
    null,
  ],
};

/** How many values each result is the mean of, where both sizes are known. */
function staticCount(x: Output, y: Output): number | undefined {
  const sizeOf = (shape: readonly (number | null)[] | null): number | undefined =>
    shape === null || shape.some((s) => s === null) ? undefined : (shape as number[]).reduce((a, b) => a * b, 1);
  const [n, m] = [sizeOf(x.shape), sizeOf(y.shape)];
  return n === undefined || m === undefined || m === 0 ? undefined : n / m;
}
