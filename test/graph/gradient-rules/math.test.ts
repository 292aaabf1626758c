import { describe, expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { cast, where } from '../../../src/graph/ops/math.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { type Case, type Input, type Known, testGradients } from '../finite-differences.js';

type Range = readonly [number, number];

const OPERANDS: Readonly<Record<string, readonly [Range, Range]>> = {
  Add: [
    [-1, 1],
    [-1, 1],
  ],
  AddV2: [
    [-1, 1],
    [-1, 1],
  ],
  Sub: [
    [-1, 1],
    [-1, 1],
  ],
  Mul: [
    [-1, 1],
    [-1, 1],
  ],
  MulNoNan: [
    [-1, 1],
    [0.5, 1],
  ],
  Div: [
    [-1, 1],
    [0.5, 2],
  ],
  RealDiv: [
    [-1, 1],
    [0.5, 2],
  ],
  DivNoNan: [
    [-1, 1],
    [0.5, 2],
  ],
  Pow: [
    [0.3, 2],
    [-2, 2],
  ],
  Maximum: [
    [-1, 1],
    [-1.1, 1.1],
  ],
  Minimum: [
    [-1, 1],
    [-1.1, 1.1],
  ],
  SquaredDifference: [
    [-1, 1],
    [-1, 1],
  ],
  Xlogy: [
    [0.5, 1],
    [0.5, 2],
  ],
  Xlog1py: [
    [0.5, 1],
    [-0.5, 2],
  ],
  Xdivy: [
    [0.5, 1],
    [0.5, 2],
  ],
  Atan2: [
    [-1, 1],
    [0.3, 1],
  ],
  FloorMod: [
    [5.1, 5.4],
    [2.1, 2.4],
  ],
};

/** Shapes that broadcast. Where a size of 1 meets another, it must be known when the graph is built, or the other not be. */
const PAIRS: readonly (readonly [readonly number[], readonly number[], readonly Known[]])[] = [
  [
    [2, 3],
    [2, 3],
    ['all', 'all but the batch', 'rank'],
  ],
  [[3], [2, 3], ['all', 'rank']],
  [[2, 3], [1, 3], ['all']],
  [
    [2, 1],
    [2, 3],
    ['all', 'all but the batch'],
  ],
  [[2, 3], [], ['all', 'all but the batch', 'rank']],
  [[2, 1, 3], [4, 1], ['all']],
];

describe('two operands', () => {
  const cases: Record<string, Case> = {};
  for (const [type, [first, second]] of Object.entries(OPERANDS)) {
    for (const [a, b, known] of PAIRS) {
      const inputs: Input[] = [
        { shape: a, range: first },
        { shape: b, range: second },
      ];
      cases[`${type} [${a}] [${b}]`] = { inputs, fn: (x, y) => op(type, [x, y]), known };
    }
  }
  testGradients(cases);
});

describe('constants', () => {
  testGradients({
    'power 2': { inputs: [[3]], fn: (x) => op('Pow', [x, x.graph.constant(2, x.dtype)]) },
    'power 3': { inputs: [[3]], fn: (x) => op('Pow', [x, x.graph.constant(3, x.dtype)]) },
    'powers [1, 2, 3]': { inputs: [[3]], fn: (x) => op('Pow', [x, x.graph.constant([1, 2, 3], x.dtype)]) },
    'power of 2': { inputs: [[3]], fn: (x) => op('Pow', [x.graph.constant(2, x.dtype), x]) },
  });
});

describe('selection and conversion', () => {
  testGradients({
    where: {
      inputs: [[4], [4]],
      fn: (a, b) => where(a.graph.constant([true, false, true, false], 'bool'), a, b),
      known: ['all', 'rank'],
    },
    'where that broadcasts': {
      inputs: [[2, 1], [3]],
      fn: (a, b) => where(a.graph.constant([true, false, true], 'bool'), a, b),
      known: ['all'],
    },
    'cast there and back': { inputs: [[3]], fn: (x) => cast(cast(x, 'float32'), 'float64'), step: 1e-2, tolerance: 1e-4 },
    AddN: { inputs: [[3], [3], [3]], fn: (a, b, c) => op('AddN', [[a, b, c]]) },
    Identity: { inputs: [[3]], fn: (x) => op('Identity', [x]) },
    IdentityN: { inputs: [[3], [2]], fn: (a, b) => a.graph.op('IdentityN', [[a, b]]) },
    Snapshot: { inputs: [[3]], fn: (x) => op('Snapshot', [x]) },
    CheckNumerics: { inputs: [[3]], fn: (x) => op('CheckNumerics', [x], { message: 'not finite' }) },
    EnsureShape: { inputs: [[3]], fn: (x) => op('EnsureShape', [x], { shape: { shape: [-1] } }) },
    PlaceholderWithDefault: { inputs: [[3]], fn: (x) => op('PlaceholderWithDefault', [x], { shape: { shape: [-1] } }) },
  });
});

/** Gradients of the sum of a function of two vectors, where the formula has a limit of its own; −0 is 0. */
async function gradientsAt(fn: (a: Output, b: Output) => Output, a: number[], b: number[]): Promise<number[][]> {
  const spec = tensorSpec([a.length], 'float64');
  using computation = Computation.compile<Tensor[]>([spec, spec], (inputs) => {
    const [x, y] = inputs as [Output, Output];
    return gradients([sum(fn(x, y))], [x, y]) as Output[];
  });
  const found = await computation.run([tensor(Float64Array.from(a)), tensor(Float64Array.from(b))]);
  return found.map((t) => Array.from(t.data as Float64Array, (v) => v + 0));
}

describe('limits', () => {
  test('of equal operands the first takes the gradient of an extremum', async () => {
    for (const type of ['Maximum', 'Minimum'])
      expect(await gradientsAt((a, b) => op(type, [a, b]), [1, 2], [1, 2])).toEqual([
        [1, 1],
        [0, 0],
      ]);
  });

  test('a division by zero without NaN has gradient zero', async () => {
    expect(await gradientsAt((a, b) => op('DivNoNan', [a, b]), [1, 4], [0, 2])).toEqual([
      [0, 0.5],
      [0, -1],
    ]);
  });

  test('0 · log(0) and 0 / 0 have gradient zero', async () => {
    expect(await gradientsAt((a, b) => op('Xlogy', [a, b]), [0, 2], [0, 1])).toEqual([
      [0, 0],
      [0, 2],
    ]);
    expect(await gradientsAt((a, b) => op('Xdivy', [a, b]), [0, 2], [0, 4])).toEqual([
      [0, 0.25],
      [0, -0.125],
    ]);
  });

  test('the exponent of a base that is not positive has gradient zero', async () => {
    expect(await gradientsAt((a, b) => op('Pow', [a, b]), [-2, 0, Math.E], [2, 2, 1])).toEqual([
      [-4, 0, 1],
      [0, 0, Math.E],
    ]);
  });

  test('an infinity that MulNoNan hides does not reach the other operand', async () => {
    expect((await gradientsAt((a, b) => op('MulNoNan', [a, b]), [3, 2], [0, 5]))[0]).toEqual([0, 5]);
  });
});
