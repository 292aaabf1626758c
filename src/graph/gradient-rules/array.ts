/** Slicing, joining, reshaping, gathering. */
import { TensorFlowError } from '../../errors.js';
import type { Output } from '../graph.js';
import { concat, reshape, shapeOf, stack, transpose, unstack, zerosLike } from '../ops/array.js';
import { constantLike, op, ops } from '../ops/core.js';
import type { GradientRule } from './rule.js';

/** The gradient gets the shape of the input. */
const reshaped: GradientRule = ({ inputs: [x, ...others] }, [dy]) => [
  reshape(dy as Output, shapeOrConstant(x as Output)),
  ...others.map(() => null),
];

/** The input's shape: constants where all sizes but one are known. */
const shapeOrConstant = (x: Output): Output =>
  x.shape !== null && x.shape.filter((s) => s === null).length <= 1
    ? constantLike(
        x,
        x.shape.map((s) => s ?? -1),
      )
    : shapeOf(x);

const constantOf = (x: Output): number[] | undefined => {
  const data = x.operation.constant?.data;
  return data === undefined ? undefined : Array.from(data as Int32Array, Number);
};

/** Gradients of parts that were not used are zeros. */
const filled = (outputs: readonly Output[], dys: readonly (Output | null)[]): Output[] => outputs.map((y, i) => dys[i] ?? zerosLike(y));

export const arrayRules: Readonly<Record<string, GradientRule>> = {
  Reshape: reshaped,
  ExpandDims: reshaped,
  Squeeze: reshaped,
  Transpose: ({ inputs: [, permutation] }, [dy]) => {
    const p = constantOf(permutation as Output);
    return [
      p === undefined
        ? op('Transpose', [dy as Output, op('InvertPermutation', [permutation as Output])])
        : transpose(
            dy as Output,
            p.map((_, i) => p.indexOf(i)),
          ),
      null,
    ];
  },
  ConcatV2: ({ inputs }, [dy]) => {
    const parts = inputs.slice(0, -1);
    const axisInput = inputs.at(-1) as Output;
    const axis = constantOf(axisInput)?.[0];
    const known = axis === undefined ? undefined : parts.map((x) => x.shape?.at(axis));
    const sizes = known?.every((s) => typeof s === 'number')
      ? constantLike(dy as Output, known as number[])
      : stack(parts.map((x) => op('GatherV2', [shapeOf(x), op('FloorMod', [axisInput, op('Rank', [x])]), constantLike(x, 0)])));
    return [...ops('SplitV', [dy as Output, sizes, axisInput], { num_split: parts.length }), null];
  },
  Pack: ({ attributes }, [dy]) => unstack(dy as Output, Number(attributes.axis ?? 0)),
  Unpack: ({ outputs, attributes }, dys) => [stack(filled(outputs, dys), Number(attributes.axis ?? 0))],
  Split: ({ inputs: [axis], outputs }, dys) => [null, op('ConcatV2', [filled(outputs, dys), axis as Output])],
  SplitV: ({ inputs: [, , axis], outputs }, dys) => [op('ConcatV2', [filled(outputs, dys), axis as Output]), null, null],
  Slice: ({ inputs: [x, begin] }, [dy]) => {
    const [before, shape] = [begin as Output, shapeOf(x as Output)];
    const after = op('Sub', [op('Sub', [shape, before]), shapeOf(dy as Output)]);
    return [op('Pad', [dy as Output, op('Pack', [[before, after]], { axis: 1 })]), null, null];
  },
  StridedSlice: ({ inputs: [x, begin, end, strides], attributes }, [dy]) => [
    op('StridedSliceGrad', [shapeOf(x as Output), begin as Output, end as Output, strides as Output, dy as Output], attributes),
    null,
    null,
    null,
  ],
  GatherV2: ({ name, inputs: [x, indices, axisInput], attributes }, [dy]) => {
    const params = x as Output;
    const axis = constantOf(axisInput as Output)?.[0];
    const batches = Number(attributes.batch_dims ?? 0);
    if (axis === undefined || batches !== 0)
      throw new TensorFlowError(
        'UNIMPLEMENTED',
        `the gradient of ${name} needs a constant axis and no batch axes, received ${batches} of them`,
      );
    const at = axis < 0 ? axis + params.rank : axis;
    const rank = (indices as Output).rank;
    // Brings the gathered axes to the front and the indices to one row: then rows are summed by their index.
    const dyRank = params.rank - 1 + rank;
    const front = Array.from({ length: rank }, (_, i) => at + i);
    const rest = Array.from({ length: dyRank }, (_, i) => i).filter((i) => !front.includes(i));
    const rows = transpose(dy as Output, [...front, ...rest]);
    const outer = shapeOf(params);
    const restShape =
      rest.length === 0
        ? []
        : [
            op('GatherV2', [
              outer,
              constantLike(
                params,
                Array.from({ length: params.rank }, (_, i) => i).filter((i) => i !== at),
              ),
              constantLike(params, 0),
            ]),
          ];
    const flat = op('Reshape', [rows, concat([constantLike(params, [-1]), ...restShape], 0)]);
    const count = op('GatherV2', [outer, constantLike(params, at), constantLike(params, 0)]);
    const summed = op('UnsortedSegmentSum', [flat, reshape(indices as Output, [-1]), count]);
    const back = Array.from({ length: params.rank }, (_, i) => (i < at ? i + 1 : i === at ? 0 : i));
    return [transpose(summed, back), null, null];
  },
  Pad: ({ inputs: [x, paddings] }, [dy]) => [unpad(x as Output, paddings as Output, dy as Output), null],
  PadV2: ({ inputs: [x, paddings] }, [dy]) => [unpad(x as Output, paddings as Output, dy as Output), null, null],
  ReverseV2: ({ inputs: [, axes] }, [dy]) => [op('ReverseV2', [dy as Output, axes as Output]), null],
  BroadcastTo: ({ inputs: [x] }, [dy]) => {
    const [axes] = ops('BroadcastGradientArgs', [shapeOf(x as Output), shapeOf(dy as Output)]) as [Output];
    return [reshape(op('Sum', [dy as Output, axes], { keep_dims: false }), shapeOrConstant(x as Output)), null];
  },
  Tile: ({ inputs: [x, multiples] }, [dy]) => {
    // [m0, s0, m1, s1, …]: the copies become axes of their own, and are summed.
    const input = x as Output;
    const pairs = reshape(op('Pack', [[multiples as Output, shapeOf(input)]], { axis: 1 }), [-1]);
    return [
      op(
        'Sum',
        [
          op('Reshape', [dy as Output, pairs]),
          constantLike(
            input,
            Array.from({ length: input.rank }, (_, i) => 2 * i),
          ),
        ],
        { keep_dims: false },
      ),
      null,
    ];
  },
};

const unpad = (x: Output, paddings: Output, dy: Output): Output =>
  op('Slice', [dy, reshape(op('Slice', [paddings, constantLike(x, [0, 0]), constantLike(x, [-1, 1])]), [-1]), shapeOf(x)]);
