import { describe } from 'vitest';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { batchMatMul, matMul } from '../../../src/graph/ops/nn.js';
import { type Case, testGradients } from '../finite-differences.js';

const flags = [false, true];
const swapped = (shape: readonly number[], swap: boolean): number[] =>
  swap ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : [...shape];

describe('products', () => {
  const cases: Record<string, Case> = {};
  for (const a of flags) {
    for (const b of flags) {
      cases[`MatMul ${a} ${b}`] = {
        inputs: [swapped([2, 3], a), swapped([3, 4], b)],
        fn: (x, y) => matMul(x, y, { transposeA: a, transposeB: b }),
      };
      cases[`BatchMatMulV2 ${a} ${b}`] = {
        inputs: [swapped([2, 2, 3], a), swapped([2, 3, 4], b)],
        fn: (x, y) => batchMatMul(x, y, { adjointA: a, adjointB: b }),
      };
    }
  }
  testGradients({
    ...cases,
    BatchMatMul: {
      inputs: [
        [2, 2, 3],
        [2, 3, 2],
      ],
      fn: (a, b) => op('BatchMatMul', [a, b]),
    },
    BatchMatMulV3: {
      inputs: [
        [2, 2, 3],
        [2, 3, 2],
      ],
      fn: (a, b) => op('BatchMatMulV3', [a, b], { Tout: 2 }),
    },
    'one matrix for a stack': {
      inputs: [
        [2, 2, 3],
        [3, 4],
      ],
      fn: (a, b) => batchMatMul(a, b),
      known: ['all', 'rank'],
    },
    'stacks that broadcast': {
      inputs: [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
      fn: (a, b) => batchMatMul(a, b),
      known: ['all'],
    },
  });
});

describe('diagonals and bands', () => {
  testGradients({
    MatrixBandPart: {
      inputs: [[2, 4, 4]],
      fn: (x) => op('MatrixBandPart', [x, x.graph.constant(1n, 'int64'), x.graph.constant(0n, 'int64')]),
    },
    MatrixDiag: { inputs: [[2, 3]], fn: (x) => op('MatrixDiag', [x]) },
    MatrixDiagPart: { inputs: [[2, 3, 4]], fn: (x) => op('MatrixDiagPart', [x]) },
    MatrixSetDiag: {
      inputs: [
        [2, 3, 3],
        [2, 3],
      ],
      fn: (x, d) => op('MatrixSetDiag', [x, d]),
    },
    MatrixDiagV3: {
      inputs: [[2, 3]],
      fn: (x) => op('MatrixDiagV3', [x, constantLike(x, 1), constantLike(x, -1), constantLike(x, -1), x.graph.constant(0, x.dtype)]),
      // From a diagonal of unknown length TensorFlow infers a matrix of size 0.
      known: ['all', 'all but the batch'],
    },
    MatrixDiagPartV3: {
      inputs: [[2, 4, 4]],
      fn: (x) => op('MatrixDiagPartV3', [x, constantLike(x, [-1, 1]), x.graph.constant(0, x.dtype)]),
    },
    MatrixSetDiagV3: {
      inputs: [
        [2, 4, 4],
        [2, 3],
      ],
      fn: (x, d) => op('MatrixSetDiagV3', [x, d, constantLike(x, 1)]),
    },
  });
});
