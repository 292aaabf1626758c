/** Reshaping, joining, splitting, indexing, repeating. */
import type { Output } from '../../graph/graph.js';
import * as array from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import { add, cast, greaterEqual, less, lessEqual, sub, where } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { isDictionary } from '../../tree.js';
import type { Operation } from '../engine/operation-layer.js';
import { repeatAxis } from '../layers/repeat-axis.js';
import type { Arguments } from './arguments.js';

const shape = (name: string, fn: (x: Output, values: Arguments) => Output | Output[], module = 'numpy'): Operation => ({
  name,
  module,
  parameters: ['x'],
  call: (values) => fn(values.tensor('x'), values),
});
const joined = (name: string, fn: (xs: readonly Output[], values: Arguments) => Output): Operation => ({
  name,
  module: 'numpy',
  parameters: ['xs'],
  call: (values) => fn(values.tensors('xs'), values),
});

const flat = (x: Output): Output => array.reshape(x, [-1]);
const axesOf = (x: Output): number[] => Array.from({ length: x.rank }, (_, i) => i);

/** The axes of `x` with some of them moved to other places, as NumPy's `moveaxis` has it. */
function moved(x: Output, from: readonly number[], to: readonly number[]): Output {
  const order = axesOf(x).filter((axis) => !from.includes(axis));
  const places = to.map((place, i) => [place, from[i] as number] as const).sort(([a], [b]) => a - b);
  for (const [place, axis] of places) order.splice(place, 0, axis);
  return array.transpose(x, order);
}

/** Parts of an axis: so many equal ones, or between indices. */
function parts(x: Output, values: Arguments): Output[] {
  const axis = values.axis('axis', x.rank, 0);
  const at = values.value('indicesOrSections');
  if (!Array.isArray(at)) return array.split(x, values.integer('indicesOrSections'), axis);
  const bounds = [0, ...values.integers('indicesOrSections'), undefined];
  return bounds.slice(1).map((stop, i) => array.sliceAxis(x, axis, bounds[i] as number, stop));
}

const isClass = (value: unknown, name: string): value is { readonly config: Readonly<Record<string, unknown>> } =>
  isDictionary(value) && value.class_name === name && isDictionary(value.config);

/** `x[key]` of numbers, slices, `...` and new axes, as one strided slice. */
function item(x: Output, values: Arguments): Output {
  const key = values.value('key');
  const items: readonly unknown[] = Array.isArray(key) ? key : [key];
  const [begin, end, strides] = [[], [], []] as [number[], number[], number[]];
  const masks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 };
  const place = (from: number, to: number, step: number): void => {
    begin.push(from);
    end.push(to);
    strides.push(step);
  };
  items.forEach((value, i) => {
    const bit = 1 << i;
    if (typeof value === 'number' && Number.isInteger(value)) {
      masks.shrink_axis_mask |= bit;
      place(value, value + 1, 1);
    } else if (value === null) {
      masks.new_axis_mask |= bit;
      place(0, 1, 1);
    } else if (isClass(value, '__ellipsis__')) {
      masks.ellipsis_mask |= bit;
      place(0, 0, 1);
    } else if (isClass(value, '__slice__')) {
      const { start, stop, step } = value.config as Readonly<Record<string, number | null | undefined>>;
      if (start == null) masks.begin_mask |= bit;
      if (stop == null) masks.end_mask |= bit;
      place(start ?? 0, stop ?? 0, step ?? 1);
    } else throw values.refuse('key', 'numbers, slices, ellipses and new axes');
  });
  return op('StridedSlice', [x, ...[begin, end, strides].map((v) => constantLike(x, v))], masks);
}

/** Rows by indices, of which negative ones count from the end. */
function taken(given: Output, values: Arguments): Output {
  const x = values.has('axis') ? given : flat(given);
  const axis = values.has('axis') ? values.axis('axis', x.rank) : 0;
  const indices = values.tensor('indices');
  const size = cast(array.sizeOutput(x, array.sizeOfAxis(x, axis)), indices.dtype);
  return array.gather(x, where(less(indices, 0), add(indices, size), indices), axis);
}

function padded(x: Output, values: Arguments): Output {
  const given = values.value('padWidth');
  const pairs = Array.isArray(given) ? (Array.isArray(given[0]) ? given : [given]) : [[given, given]];
  const widths = axesOf(x).map((axis) => (pairs.length === 1 ? pairs[0] : pairs[axis]) as readonly [number, number]);
  const mode = values.value('mode') ?? 'constant';
  if (mode === 'constant') return array.pad(x, widths, values.number('constantValues', 0));
  if (mode !== 'reflect' && mode !== 'symmetric') throw values.refuse('mode', '"constant", "reflect" or "symmetric"');
  return op('MirrorPad', [x, x.graph.constant(widths.flat(), 'int32', [x.rank, 2])], { mode: mode.toUpperCase() });
}

/** Copies of the whole along each axis; axes that are missing come first. */
function tiled(x: Output, values: Arguments): Output {
  const repeats = values.integers('repeats');
  const rank = Math.max(x.rank, repeats.length);
  const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
  const wide = rank === x.rank ? x : array.reshape(x, [...ones(rank - x.rank), ...array.sizesOf(x)]);
  return array.tile(wide, [...ones(rank - repeats.length), ...repeats]);
}

/** The diagonals of matrices along two axes, as the last axis. */
function diagonals(x: Output, values: Arguments): Output {
  const axes = [values.axis('axis1', x.rank, 0), values.axis('axis2', x.rank, 1)];
  const matrices = moved(x, axes, [x.rank - 2, x.rank - 1]);
  const offset = constantLike(x, values.integer('offset', 0));
  return op('MatrixDiagPartV3', [matrices, offset, x.graph.constant(0, x.dtype)]);
}

/** Matrices with zeros where `keeps` is false of a place's column less its row. */
const triangle = (name: string, keeps: (distance: Output, k: number) => Output): Operation =>
  shape(name, (x, values) => {
    const index = (axis: number): Output => array.range(x, 0, array.sizeOfAxis(x, axis));
    const distance = sub(array.expandDims(index(-1), 0), array.expandDims(index(-2), 1));
    return where(keeps(distance, values.integer('k', 0)), x, array.zerosLike(x));
  });

/** Differences of what is next to each other, so many times. */
function differences(x: Output, values: Arguments): Output {
  const axis = values.axis('axis', x.rank, -1);
  const times = values.integer('n', 1);
  if (times < 0 || times > 64) throw values.refuse('n', 'in [0, 64]');
  return Array.from({ length: times }).reduce<Output>((y) => sub(array.sliceAxis(y, axis, 1), array.sliceAxis(y, axis, 0, -1)), x);
}

/** What is shifted out at an end comes in at the other. */
function rolled(x: Output, values: Arguments): Output {
  const shift = values.integers('shift');
  const roll = (y: Output, axes: readonly number[]): Output => op('Roll', [y, constantLike(y, shift), constantLike(y, axes)]);
  return values.has('axis') ? roll(x, values.axes('axis', x.rank)) : array.reshape(roll(flat(x), [0]), array.sizesOf(x));
}

export const SHAPES: readonly Operation[] = [
  shape('Reshape', (x, values) => {
    const sizes = values.value('newshape') as readonly (number | null)[] | number;
    return array.reshape(
      x,
      (Array.isArray(sizes) ? sizes : [sizes]).map((size: number | null) => size ?? -1),
    );
  }),
  shape('Transpose', (x, values) => array.transpose(x, values.has('axes') ? values.axes('axes', x.rank) : axesOf(x).reverse())),
  shape('Swapaxes', (x, values) => {
    const [a, b] = [values.axis('axis1', x.rank), values.axis('axis2', x.rank)];
    return array.transpose(
      x,
      axesOf(x).map((axis) => (axis === a ? b : axis === b ? a : axis)),
    );
  }),
  shape('Moveaxis', (x, values) => moved(x, values.axes('source', x.rank), values.axes('destination', x.rank))),
  shape('ExpandDims', (x, values) =>
    values
      .axes('axis', x.rank + values.integers('axis').length)
      .sort((a, b) => a - b)
      .reduce(array.expandDims, x),
  ),
  shape('Squeeze', (x, values) =>
    array.squeeze(x, values.has('axis') ? values.axes('axis', x.rank) : axesOf(x).filter((axis) => x.shape?.[axis] === 1)),
  ),
  shape('Ravel', flat),
  shape('BroadcastTo', (x, values) => array.broadcastTo(x, constantLike(x, values.integers('shape')))),
  shape('Fliplr', (x) => array.reverse(x, [1])),
  shape('Flipud', (x) => array.reverse(x, [0])),
  shape('Roll', rolled),
  shape('Diagonal', diagonals),
  shape('Trace', (x, values) => sum(diagonals(x, values), -1)),
  triangle('Tril', lessEqual),
  triangle('Triu', greaterEqual),
  { name: 'Diff', module: 'numpy', parameters: ['a'], call: (values) => differences(values.tensor('a'), values) },
  shape('Flip', (x, values) => array.reverse(x, values.axes('axis', x.rank))),
  shape('Repeat', (x, values) =>
    values.has('axis')
      ? repeatAxis(x, values.axis('axis', x.rank), values.integer('repeats'))
      : repeatAxis(flat(x), 0, values.integer('repeats')),
  ),
  shape('Tile', tiled),
  shape('Pad', padded),
  shape('Split', parts),
  shape(
    'Unstack',
    (x, values) => {
      const axis = values.axis('axis', x.rank, 0);
      values.value('num');
      if (x.shape?.[axis] === null) throw values.refuse('axis', 'an axis of known size');
      return array.unstack(x, axis);
    },
    'core',
  ),
  { ...shape('GetItem', item), parameters: ['x', 'key'] },
  { ...shape('Take', taken), parameters: ['x', 'indices'] },
  shape(
    'OneHot',
    (x, values) => {
      const depth = values.integer('numClasses');
      const dtype = values.dtype('dtype', 'float32');
      if (values.flag('sparse')) throw values.refuse('sparse', 'false');
      const last = array.oneHot(x, depth, dtype);
      return moved(last, [last.rank - 1], [values.axis('axis', last.rank, -1)]);
    },
    'nn',
  ),
  joined('Concatenate', (xs, values) => array.concat(xs, values.axis('axis', (xs[0] as Output).rank, 0))),
  joined('Hstack', (xs) => array.concat(xs, (xs[0] as Output).rank === 1 ? 0 : 1)),
  joined('Vstack', (xs) =>
    array.concat(
      xs.map((x) => (x.rank === 1 ? array.expandDims(x, 0) : x)),
      0,
    ),
  ),
  {
    name: 'Append',
    module: 'numpy',
    parameters: ['x1', 'x2'],
    call: (values) => {
      const xs = values.pair('x1', 'x2');
      return values.has('axis') ? array.concat(xs, values.axis('axis', xs[0].rank)) : array.concat(xs.map(flat), 0);
    },
  },
  joined('Stack', (xs, values) => array.stack(xs, values.axis('axis', (xs[0] as Output).rank + 1, 0))),
];
