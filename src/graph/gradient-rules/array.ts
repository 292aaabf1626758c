/** Reshaping, slicing, joining, padding. */
import type { Output } from '../graph.js';
import { reshape, reshapeLike, shapeOf, sizes, sizesOf, slice, stack, transpose, zerosLike } from '../ops/array.js';
import { constantLike, op, ops } from '../ops/core.js';
import { sub } from '../ops/math.js';
import { sum } from '../ops/reduce.js';
import { unbroadcast } from './broadcast.js';
import { constantOf, each, first, type GradientRule, none, pick, type Rules } from './rule.js';

/** The values are the same in another order of axes: the gradient gets the input's shape. */
const reshaped: GradientRule = first((dy, { inputs: [x] }) => reshapeLike(dy, x as Output));

/** Gradients of parts that were not used are zeros. */
const filled = (outputs: readonly Output[], dys: readonly (Output | null)[]): Output[] => outputs.map((y, i) => dys[i] ?? zerosLike(y));

/** Where `[before, after]` of each axis was added or cut off: constants where they are known when the graph is built. */
type Margins = readonly (readonly [number, number])[] | Output;

/** What a slice leaves out of `x`. */
function sliceMargins(x: Output, begin: Output, size: Output, dy: Output): Margins {
  const [from, count] = [constantOf(begin), constantOf(size)];
  const known = from?.map((start, axis): [number, number] => {
    const taken = count?.[axis];
    const full = x.shape?.[axis];
    return [start, taken === -1 ? 0 : typeof full === 'number' && taken !== undefined ? full - start - taken : Number.NaN];
  });
  if (known !== undefined && !known.flat().some(Number.isNaN)) return known;
  const index = begin.dtype as 'int32' | 'int64';
  const after = sub(sub(shapeOf(x, index), begin), shapeOf(dy, index));
  return op('Pack', [[begin, after]], { axis: 1 });
}

/** Takes the padding off again. */
function unpad(dy: Output, x: Output, paddings: Output): Output {
  const known = constantOf(paddings);
  if (known === undefined) {
    const before = reshape(op('Slice', [paddings, constantLike(x, [0, 0]), constantLike(x, [-1, 1])]), [-1]);
    return op('Slice', [dy, before, shapeOf(x, paddings.dtype as 'int32' | 'int64')]);
  }
  const begin = known.filter((_, i) => i % 2 === 0);
  // A size of -1 means "to the end".
  const open = begin.map((_, axis) => (known[2 * axis + 1] === 0 && x.shape?.[axis] === null ? -1 : undefined));
  return slice(
    dy,
    begin,
    sizesOf(x).map((size, axis) => open[axis] ?? size),
  );
}

const padded: GradientRule = each((dy, { inputs: [x, paddings] }) => {
  const inner = (): Output => unpad(dy, x as Output, paddings as Output);
  return [inner, null, () => sub(sum(dy), sum(inner()))];
});

const indexing = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'] as const;

export const arrayRules: Rules = {
  ZerosLike: none,
  OnesLike: none,
  OneHot: none,
  Range: none,
  LinSpace: none,
  Reshape: reshaped,
  ExpandDims: reshaped,
  Squeeze: reshaped,
  Fill: each((dy) => [null, () => sum(dy)]),
  Transpose: first((dy, { inputs: [, permutation] }) => {
    const known = constantOf(permutation as Output);
    if (known === undefined) return op('Transpose', [dy, op('InvertPermutation', [permutation as Output])]);
    return transpose(
      dy,
      known.map((_, i) => known.findIndex((p) => (p < 0 ? p + known.length : p) === i)),
    );
  }),
  ConcatV2: ({ inputs }, [dy]) => {
    const [parts, axisInput] = [inputs.slice(0, -1), inputs.at(-1) as Output];
    if (parts.length === 1) return [dy as Output, null];
    const axis = constantOf(axisInput)?.[0];
    const known = axis === undefined ? undefined : parts.map((x) => x.shape?.at(axis));
    const lengths = known?.every((s) => typeof s === 'number')
      ? constantLike(dy as Output, known as number[])
      : stack(parts.map((x) => op('GatherV2', [shapeOf(x), op('FloorMod', [axisInput, op('Rank', [x])]), constantLike(x, 0)])));
    return [...ops('SplitV', [dy as Output, lengths, axisInput], { num_split: parts.length }), null];
  },
  Pack: ({ inputs, attributes }, [dy]) => ops('Unpack', [dy as Output], { num: inputs.length, ...pick(attributes, 'axis') }),
  Unpack: ({ outputs, attributes }, dys) => [op('Pack', [filled(outputs, dys)], pick(attributes, 'axis'))],
  Split: ({ inputs: [axis], outputs }, dys) => [null, op('ConcatV2', [filled(outputs, dys), axis as Output])],
  SplitV: ({ inputs: [, , axis], outputs }, dys) => [op('ConcatV2', [filled(outputs, dys), axis as Output]), null, null],
  Slice: first((dy, { inputs: [x, begin, size] }) => {
    const margins = sliceMargins(x as Output, begin as Output, size as Output, dy);
    return op('Pad', [dy, Array.isArray(margins) ? dy.graph.constant(margins.flat(), 'int32', [margins.length, 2]) : (margins as Output)]);
  }),
  StridedSlice: first((dy, { inputs: [x, begin, end, strides], attributes }) =>
    op(
      'StridedSliceGrad',
      [shapeOf(x as Output, (begin as Output).dtype as 'int32'), begin as Output, end as Output, strides as Output, dy],
      pick(attributes, ...indexing),
    ),
  ),
  StridedSliceGrad: each((dy, { inputs: [, begin, end, strides], attributes }) => [
    null,
    null,
    null,
    null,
    () => op('StridedSlice', [dy, begin as Output, end as Output, strides as Output], pick(attributes, ...indexing)),
  ]),
  Pad: padded,
  PadV2: padded,
  MirrorPad: first((dy, { inputs: [, paddings], attributes }) => op('MirrorPadGrad', [dy, paddings as Output], pick(attributes, 'mode'))),
  MirrorPadGrad: first((dy, { inputs: [, paddings], attributes }) => op('MirrorPad', [dy, paddings as Output], pick(attributes, 'mode'))),
  ReverseV2: first((dy, { inputs: [, axes] }) => op('ReverseV2', [dy, axes as Output])),
  ReverseSequence: first((dy, { inputs: [, lengths], attributes }) =>
    op('ReverseSequence', [dy, lengths as Output], pick(attributes, 'seq_dim', 'batch_dim')),
  ),
  Roll: first((dy, { inputs: [, shift, axis] }) => op('Roll', [dy, op('Neg', [shift as Output]), axis as Output])),
  BroadcastTo: first((dy, { inputs: [x] }) => unbroadcast(dy, x as Output)),
  Tile: first((dy, { inputs: [x, multiples] }) => {
    // [m0, s0, m1, s1, …]: the copies become axes of their own, and are summed.
    const [input, known] = [x as Output, constantOf(multiples as Output)];
    const pairs =
      known === undefined
        ? reshape(op('Pack', [[multiples as Output, shapeOf(input)]], { axis: 1 }), [-1])
        : sizes(
            input,
            sizesOf(input).flatMap((size, axis) => [known[axis] as number, size]),
          );
    return sum(
      reshape(dy, pairs),
      Array.from({ length: input.rank }, (_, axis) => 2 * axis),
    );
  }),
  SpaceToBatchND: first((dy, { inputs: [, block, paddings] }) => op('BatchToSpaceND', [dy, block as Output, paddings as Output])),
  BatchToSpaceND: first((dy, { inputs: [, block, crops] }) => op('SpaceToBatchND', [dy, block as Output, crops as Output])),
  SpaceToDepth: first((dy, { attributes }) => op('DepthToSpace', [dy], pick(attributes, 'block_size', 'data_format'))),
  DepthToSpace: first((dy, { attributes }) => op('SpaceToDepth', [dy], pick(attributes, 'block_size', 'data_format'))),
};
