import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { gather } from '../../../src/graph/ops/array.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { topK } from '../../../src/graph/ops/math.js';
import { testGradients } from '../finite-differences.js';

const indices = (like: Output, values: readonly number[], shape: readonly number[]): Output => like.graph.constant(values, 'int32', shape);

describe('gathering', () => {
  testGradients({
    'rows, one of them twice': { inputs: [[4, 3]], fn: (x) => gather(x, indices(x, [1, 3, 1], [3])) },
    'rows by a matrix of indices': { inputs: [[4, 3]], fn: (x) => gather(x, indices(x, [1, 3, 1, 0], [2, 2])) },
    'one row': { inputs: [[4, 3]], fn: (x) => gather(x, constantLike(x, 2)) },
    'of a vector': { inputs: [[4]], fn: (x) => gather(x, indices(x, [1, 3, 1], [3])) },
    'int64 indices': { inputs: [[4, 3]], fn: (x) => gather(x, x.graph.constant([1n, 1n], 'int64')) },
    'along the last axis': { inputs: [[4, 3]], fn: (x) => gather(x, indices(x, [2, 0, 2], [3]), -1) },
    'along a middle axis': { inputs: [[2, 3, 4]], fn: (x) => gather(x, indices(x, [2, 0, 2, 1], [2, 2]), 1) },
    'along the batch': { inputs: [[2, 4]], fn: (x) => gather(x, indices(x, [1, 1, 3, 0, 2, 2], [2, 3]), 1, 1) },
    'along the batch, with an axis between': {
      inputs: [[2, 3, 4, 2]],
      fn: (x) => gather(x, indices(x, [1, 1, 3, 0], [2, 2]), 2, 1),
    },
    'along two batch axes': { inputs: [[2, 2, 3]], fn: (x) => gather(x, indices(x, [0, 0, 2, 1], [2, 2]), 2, 2) },
    'by the older op': { inputs: [[4, 3]], fn: (x) => op('Gather', [x, indices(x, [1, 1], [2])]) },
    GatherNd: { inputs: [[3, 4]], fn: (x) => op('GatherNd', [x, indices(x, [0, 1, 2, 3, 0, 1], [3, 2])]) },
    'GatherNd by rows': { inputs: [[3, 4]], fn: (x) => op('GatherNd', [x, x.graph.constant([[0n], [2n]], 'int64')]) },
  });
});

describe('scattering', () => {
  testGradients({
    ScatterNd: { inputs: [[3]], fn: (x) => op('ScatterNd', [indices(x, [1, 3, 1], [3, 1]), x, constantLike(x, [5])]) },
    TensorScatterUpdate: {
      inputs: [
        [4, 2],
        [2, 2],
      ],
      fn: (x, updates) => op('TensorScatterUpdate', [x, indices(x, [1, 3], [2, 1]), updates]),
    },
    TensorScatterAdd: {
      inputs: [
        [4, 2],
        [2, 2],
      ],
      fn: (x, updates) => op('TensorScatterAdd', [x, indices(x, [1, 1], [2, 1]), updates]),
    },
    UnsortedSegmentSum: {
      inputs: [[4, 2]],
      fn: (x) => op('UnsortedSegmentSum', [x, constantLike(x, [1, 0, -1, 1]), constantLike(x, 3)]),
    },
    'UnsortedSegmentSum by a matrix': {
      inputs: [[2, 2, 3]],
      fn: (x) => op('UnsortedSegmentSum', [x, indices(x, [1, 0, -1, 1], [2, 2]), constantLike(x, 3)]),
    },
    SegmentSum: { inputs: [[4, 2]], fn: (x) => op('SegmentSum', [x, constantLike(x, [0, 0, 1, 2])]) },
  });
});

describe('the largest', () => {
  testGradients({
    'of a vector': { inputs: [[5]], fn: (x) => topK(x, 2).values },
    'of each row': { inputs: [[3, 5]], fn: (x) => topK(x, 2).values },
    'of each row of a stack': { inputs: [[2, 2, 4]], fn: (x) => topK(x, 3).values },
  });
});
