/** Reductions over axes, running totals, positions of extrema. */
import type { DType } from '../../dtype.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, reshape, sizeOfAxis, sizeOutput, transpose } from '../../graph/ops/array.js';
import { constantLike, op } from '../../graph/ops/core.js';
import * as math from '../../graph/ops/math.js';
import * as reduce from '../../graph/ops/reduce.js';
import type { Operation } from '../engine/operation-layer.js';
import { type Arguments, asBoolean, asFloating } from './arguments.js';

type Reduce = (x: Output, axes: readonly number[], keepDims: boolean) => Output;

const reduction = (name: string, fn: Reduce, convert: (x: Output) => Output = (x) => x, module = 'numpy'): Operation => ({
  name,
  module,
  parameters: ['x'],
  call: (values) => {
    const x = convert(values.tensor('x'));
    return fn(x, values.axes('axis', x.rank), values.flag('keepdims'));
  },
});

/** Truth values are counted. */
const countable = (x: Output): Output => (x.dtype === 'bool' ? math.cast(x, 'int32') : x);

const variance: Reduce = (x, axes, keepDims) => reduce.mean(math.square(math.sub(x, reduce.mean(x, axes, true))), axes, keepDims);

/** Along one axis, or over all values as one vector. */
const along =
  (fn: (x: Output, axis: number, values: Arguments) => Output): Operation['call'] =>
  (values) => {
    const x = countable(values.tensor('x'));
    return values.has('axis') ? fn(x, values.axis('axis', x.rank), values) : fn(reshape(x, [-1]), 0, values);
  };

const running = (name: string, fn: (x: Output, axis: number) => Output): Operation => ({
  name,
  module: 'numpy',
  parameters: ['x'],
  call: along((x, axis, values) => fn(math.cast(x, values.dtype('dtype', x.dtype)), axis)),
});

const position = (name: string, fn: (x: Output, axis: number) => Output): Operation => ({
  name,
  module: 'numpy',
  parameters: ['x'],
  call: along((x, axis, values) => {
    const found = math.cast(fn(x, axis), 'int32' as DType);
    return values.flag('keepdims') ? expandDims(found, axis) : found;
  }),
});

/** What the kernel for the largest finds of the negated values along an axis, the last by default: the smallest comes first. */
const sorted =
  (fn: (found: { readonly values: Output; readonly indices: Output }) => Output): Operation['call'] =>
  (values) => {
    const x = values.tensor('x');
    const axis = values.axis('axis', x.rank, -1);
    const order = Array.from({ length: x.rank }, (_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
    const count = sizeOutput(x, sizeOfAxis(x, axis));
    return transpose(fn(math.topK(math.neg(transpose(x, order)), count)), order);
  };

/** The norm of vectors along one axis, or of all values. @throws ValueError for an order other than 1 and 2 */
const norm = (values: Arguments): Output => {
  const x = values.floating('x');
  const axes = values.axes('axis', x.rank);
  const order = values.has('ord') && values.value('ord') !== 'fro' ? values.integer('ord') : 2;
  const keepDims = values.flag('keepdims');
  if (order === 1 && axes.length === 1) return reduce.sum(math.abs(x), axes, keepDims);
  if (order === 2 && (axes.length === 1 || !values.has('ord') || values.value('ord') === 'fro'))
    return math.sqrt(reduce.sum(math.square(x), axes, keepDims));
  throw values.refuse('ord', '1 or 2 over one axis, or "fro"');
};

export const REDUCTIONS: readonly Operation[] = [
  reduction('Sum', reduce.sum, countable),
  reduction('Prod', reduce.prod, countable),
  reduction('Mean', reduce.mean, asFloating),
  reduction('Average', reduce.mean, asFloating),
  reduction('Max', reduce.max),
  reduction('Min', reduce.min),
  reduction('Amax', reduce.max),
  reduction('Amin', reduce.min),
  reduction('Any', reduce.any, asBoolean),
  reduction('All', reduce.all, asBoolean),
  reduction('Var', variance, asFloating),
  reduction('Std', (x, axes, keepDims) => math.sqrt(variance(x, axes, keepDims)), asFloating),
  reduction('Ptp', (x, axes, keepDims) => math.sub(reduce.max(x, axes, keepDims), reduce.min(x, axes, keepDims))),
  reduction('CountNonzero', (x, axes) => reduce.sum(math.cast(x, 'int32'), axes), asBoolean),
  reduction('Logsumexp', reduce.logSumExp, asFloating, 'math'),
  running('Cumsum', reduce.cumsum),
  running('Cumprod', (x, axis) => op('Cumprod', [x, constantLike(x, axis)])),
  position('Argmax', reduce.argMax),
  position('Argmin', reduce.argMin),
  { name: 'Sort', module: 'numpy', parameters: ['x'], call: sorted(({ values }) => math.neg(values)) },
  { name: 'Argsort', module: 'numpy', parameters: ['x'], call: sorted(({ indices }) => indices) },
  { name: 'Norm', module: 'linalg', parameters: ['x'], call: norm },
  {
    name: 'Normalize',
    module: 'nn',
    parameters: ['x'],
    call: (values) => {
      const x = values.floating('x');
      if (values.integer('order', 2) !== 2) throw values.refuse('order', '2');
      const squares = reduce.sum(math.square(x), values.has('axis') ? values.axes('axis', x.rank) : [x.rank - 1], true);
      return math.mul(x, math.minimum(math.rsqrt(squares), 1 / values.number('epsilon', 1e-7)));
    },
  },
  {
    name: 'TopK',
    module: 'math',
    parameters: ['x'],
    call: (values) => {
      // Sorted is what the kernel gives anyway.
      values.flag('sorted', true);
      const { values: largest, indices } = math.topK(values.tensor('x'), values.integer('k'));
      return [largest, indices];
    },
  },
];
