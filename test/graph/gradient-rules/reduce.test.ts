import { describe } from 'vitest';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { logSumExp } from '../../../src/graph/ops/reduce.js';
import { type Case, testGradients } from '../finite-differences.js';

const AXES: readonly (readonly number[])[] = [[0], [-1], [0, 2], [0, 1, 2]];

describe('reductions', () => {
  const cases: Record<string, Case> = {};
  for (const type of ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'EuclideanNorm']) {
    for (const axes of AXES) {
      for (const keep of [false, true]) {
        cases[`${type} over [${axes}]${keep ? ', kept' : ''}`] = {
          inputs: [{ shape: [2, 3, 2], range: [0.5, 1.5] }],
          fn: (x) => op(type, [x, constantLike(x, axes)], { keep_dims: keep }),
        };
      }
    }
    if (type === 'Prod') continue;
    cases[`${type} over axes of run time`] = {
      inputs: [[2, 3, 2]],
      fn: (x) => op(type, [x, op('Add', [constantLike(x, [0, 1]), constantLike(x, 1)])], { keep_dims: false }),
    };
  }
  testGradients({
    ...cases,
    'Prod with zeros': { inputs: [{ shape: [2, 3], values: [0, 2, 3, 0, 0, 4] }], fn: (x) => op('Prod', [x, constantLike(x, [1])]) },
    'Max with a choice': { inputs: [{ shape: [4], values: [1, 3, 2, -1] }], fn: (x) => op('Max', [x, constantLike(x, [0])]) },
    logSumExp: { inputs: [[2, 3]], fn: (x) => logSumExp(x, 1) },
  });
});

describe('running totals', () => {
  const cases: Record<string, Case> = {};
  for (const type of ['Cumsum', 'Cumprod']) {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true]) {
        cases[`${type}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`] = {
          inputs: [{ shape: [2, 4], range: [0.5, 1.5] }],
          fn: (x) => op(type, [x, constantLike(x, 1)], { exclusive, reverse }),
        };
      }
    }
  }
  testGradients(cases);
});
