import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { topK } from '../../../src/graph/ops/math.js';
import { all, any, argMax, argMin, max, mean, min, sum } from '../../../src/graph/ops/reduce.js';
import { type ClientsCase, testClients, type Values } from './clients.js';

const X = [5, 3, 7];
const WHOLE: Values = { shape: X, dtype: 'int32', of: (u) => Math.floor(9 * u) - 4 };
const TRUTH: Values = { shape: X, dtype: 'bool', of: (u) => u < 0.9 };
const ROWS: Values = { shape: X, unknown: [0] };

type Reduction = typeof sum;
const axes = [undefined, 0, 1, -1, [0, 1], [0, 2], [1, 2]] as const;
const over = (fn: Reduction, own: Values | readonly number[], near = 0): ClientsCase => ({
  own: [own],
  fn: ([x]) => axes.flatMap((axis) => [fn(x as Output, axis), fn(x as Output, axis, true)]),
  near,
});

describe('reductions', () => {
  testClients({
    'Sum, rounded': over(sum, X, 1e-6),
    'Sum of unknown rows': over(sum, ROWS, 1e-6),
    'Sum of whole numbers': over(sum, WHOLE),
    Mean: over(mean, X, 1e-6),
    'Mean of unknown rows': over(mean, ROWS, 1e-6),
    Max: over(max, X),
    Min: over(min, X),
    All: over(all, TRUTH),
    Any: over(any, TRUTH),
    'a long Sum': { own: [[1037]], fn: ([x]) => sum(x as Output), near: 1e-5 },
  });
});

describe('others', () => {
  testClients({
    'ArgMax and ArgMin': { own: [X], fn: ([x]) => [argMax(x as Output), argMin(x as Output, 0), argMax(x as Output, 1)] },
    TopKV2: { own: [X], fn: ([x]) => Object.values(topK(x as Output, 3)) },
    L2Loss: { own: [X, []], fn: ([x, y]) => [op('L2Loss', [x as Output]), op('L2Loss', [y as Output])], near: 1e-6 },
    BiasAddGrad: { own: [X, [4, 6]], fn: ([x, y]) => [op('BiasAddGrad', [x as Output]), op('BiasAddGrad', [y as Output])], near: 1e-6 },
  });
});
