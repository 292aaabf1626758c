import { describe } from 'vitest';
import {
  expandDims,
  pad,
  reverse,
  shapeOf,
  slice,
  sliceAxis,
  split,
  splitSizes,
  squeeze,
  stack,
  tile,
  unstack,
} from '../../../src/graph/ops/array.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { mul } from '../../../src/graph/ops/math.js';
import { testGradients } from '../finite-differences.js';

describe('shapes', () => {
  testGradients({
    Reshape: { inputs: [[2, 3]], fn: (x) => op('Reshape', [x, constantLike(x, [3, 2])]) },
    'Reshape of two unknown sizes': { inputs: [[2, 3]], fn: (x) => op('Reshape', [x, constantLike(x, [-1])]) },
    ExpandDims: { inputs: [[2, 3]], fn: (x) => op('ExpandDims', [x, constantLike(x, 1)]) },
    Squeeze: { inputs: [[2, 1, 3]], fn: (x) => squeeze(x, [1]), known: ['all', 'all but the batch'] },
    Transpose: { inputs: [[2, 3, 4]], fn: (x) => op('Transpose', [x, constantLike(x, [2, 0, 1])]) },
    'Transpose with a permutation of run time': {
      inputs: [[2, 3, 4]],
      fn: (x) => op('Transpose', [x, op('Add', [constantLike(x, [2, 0, 1]), constantLike(x, 0)])]),
    },
    BroadcastTo: { inputs: [[2, 1]], fn: (x) => op('BroadcastTo', [x, constantLike(x, [4, 2, 3])]), known: ['all'] },
    Tile: { inputs: [[2, 3]], fn: (x) => tile(x, [2, 3]) },
    'Tile by multiples of run time': {
      inputs: [[2, 3]],
      fn: (x) => op('Tile', [x, op('Add', [constantLike(x, [1, 2]), constantLike(x, 1)])]),
    },
    Fill: { inputs: [[]], fn: (x) => op('Fill', [constantLike(x, [2, 3]), x]), known: ['all'] },
    'zeros and ones do not depend on the values': {
      inputs: [[3]],
      fn: (x) => [x, op('ZerosLike', [x]), op('OnesLike', [x])],
    },
  });
});

describe('joining and cutting', () => {
  testGradients({
    'ConcatV2 along the batch': {
      inputs: [
        [2, 3],
        [1, 3],
      ],
      fn: (a, b) => op('ConcatV2', [[a, b], constantLike(a, 0)]),
    },
    'ConcatV2 along the last axis': {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      fn: (a, b) => op('ConcatV2', [[a, b], constantLike(a, -1)]),
    },
    'ConcatV2 along an axis of run time': {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      fn: (a, b) => op('ConcatV2', [[a, b], op('Add', [constantLike(a, 2), constantLike(a, -1)])]),
    },
    Pack: {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      fn: (a, b) => stack([a, b], 1),
    },
    Unpack: { inputs: [[2, 3]], fn: (x) => unstack(x, 1), known: ['all', 'all but the batch'] },
    'Unpack with an unused part': { inputs: [[2, 3]], fn: (x) => unstack(x, 1)[1] as never, known: ['all', 'all but the batch'] },
    Split: { inputs: [[2, 4]], fn: (x) => split(x, 2, 1) },
    'Split with an unused part': { inputs: [[2, 4]], fn: (x) => split(x, 2, -1)[1] as never },
    SplitV: { inputs: [[2, 4]], fn: (x) => splitSizes(x, [1, 3], 1) },
    Slice: { inputs: [[4, 5]], fn: (x) => slice(x, [1, 2], [2, 2]) },
    'Slice to the end': { inputs: [[4, 5]], fn: (x) => slice(x, [0, 2], [-1, -1]) },
    'Slice at a place of run time': {
      inputs: [[4, 5]],
      fn: (x) => slice(x, [op('Add', [constantLike(x, 1), constantLike(x, 1)]), 2], [1, 2]),
    },
    'Slice by int64': { inputs: [[4]], fn: (x) => op('Slice', [x, ...[1n, 2n].map((v) => x.graph.constant([v], 'int64'))]) },
    StridedSlice: { inputs: [[4, 5]], fn: (x) => sliceAxis(x, 1, 0, 5, 2) },
    'StridedSlice backwards': { inputs: [[4, 5]], fn: (x) => sliceAxis(x, 0, -1, -4, -1) },
    'StridedSlice by int64': {
      inputs: [[4]],
      fn: (x) => op('StridedSlice', [x, ...[1n, 3n, 1n].map((v) => x.graph.constant([v], 'int64'))]),
    },
    StridedSliceGrad: {
      inputs: [[2]],
      fn: (x) => op('StridedSliceGrad', [constantLike(x, [5]), constantLike(x, [0]), constantLike(x, [4]), constantLike(x, [2]), x]),
    },
  });
});

describe('padding and order', () => {
  testGradients({
    Pad: {
      inputs: [[2, 3]],
      fn: (x) =>
        pad(x, [
          [0, 1],
          [2, 0],
        ]),
    },
    'Pad before the batch alone': {
      inputs: [[2, 3]],
      fn: (x) =>
        pad(x, [
          [1, 0],
          [0, 0],
        ]),
    },
    PadV2: {
      inputs: [[2, 3], []],
      fn: (x, value) =>
        pad(
          x,
          [
            [0, 1],
            [2, 0],
          ],
          value,
        ),
    },
    'Pad by sizes of run time': {
      inputs: [[2, 3]],
      fn: (x) => op('Pad', [x, op('Add', [x.graph.constant([0, 1, 2, 0], 'int32', [2, 2]), constantLike(x, 1)])]),
    },
    'MirrorPad REFLECT': {
      inputs: [[3, 4]],
      fn: (x) => op('MirrorPad', [x, x.graph.constant([0, 2, 1, 1], 'int32', [2, 2])], { mode: 'REFLECT' }),
    },
    'MirrorPad SYMMETRIC': {
      inputs: [[3, 4]],
      fn: (x) => op('MirrorPad', [x, x.graph.constant([0, 2, 1, 1], 'int32', [2, 2])], { mode: 'SYMMETRIC' }),
    },
    MirrorPadGrad: {
      inputs: [[5, 6]],
      fn: (x) => op('MirrorPadGrad', [x, x.graph.constant([0, 2, 1, 1], 'int32', [2, 2])], { mode: 'REFLECT' }),
    },
    ReverseV2: { inputs: [[2, 3]], fn: (x) => reverse(x, [1]) },
    ReverseSequence: {
      inputs: [[2, 4]],
      fn: (x) => op('ReverseSequence', [x, constantLike(x, [2, 3])], { seq_dim: 1, batch_dim: 0 }),
    },
    Roll: { inputs: [[2, 5]], fn: (x) => op('Roll', [x, constantLike(x, [2]), constantLike(x, [1])]) },
    SpaceToBatchND: {
      inputs: [[1, 4, 5, 2]],
      fn: (x) => op('SpaceToBatchND', [x, constantLike(x, [2, 2]), x.graph.constant([0, 0, 1, 0], 'int32', [2, 2])]),
    },
    BatchToSpaceND: {
      inputs: [[4, 2, 3, 2]],
      fn: (x) => op('BatchToSpaceND', [x, constantLike(x, [2, 2]), x.graph.constant([0, 0, 1, 0], 'int32', [2, 2])]),
    },
    SpaceToDepth: { inputs: [[1, 4, 4, 2]], fn: (x) => op('SpaceToDepth', [x], { block_size: 2 }) },
    DepthToSpace: { inputs: [[1, 2, 2, 8]], fn: (x) => op('DepthToSpace', [x], { block_size: 2 }) },
  });
});

describe('what is not differentiable', () => {
  testGradients({
    'shapes, ranks and sizes': {
      inputs: [[2, 3]],
      fn: (x) => mul(x, op('Cast', [op('Prod', [shapeOf(x), constantLike(x, 0)])], { DstT: 2 })),
    },
    'one-hot vectors': {
      inputs: [{ shape: [3], values: [0.5, 2.5, 1.5] }],
      fn: (x) => {
        const [on, off] = [x.graph.constant(2, x.dtype), x.graph.constant(-1, x.dtype)];
        return mul(expandDims(x, -1), op('OneHot', [op('Cast', [x], { DstT: 3 }), constantLike(x, 3), on, off]));
      },
    },
  });
});
