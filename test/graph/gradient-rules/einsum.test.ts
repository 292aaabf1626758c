import { describe } from 'vitest';
import { einsum } from '../../../src/graph/ops/nn.js';
import { type Case, type Known, testGradients } from '../finite-differences.js';

/** Equations with the operands' shapes; those of layers first. */
const EQUATIONS: readonly (readonly [string, readonly (readonly number[])[], (readonly Known[])?])[] = [
  [
    'abc,cd->abd',
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  [
    'abc,cde->abde',
    [
      [2, 3, 4],
      [4, 2, 2],
    ],
  ],
  [
    'aecd,abcd->acbe',
    [
      [2, 3, 2, 4],
      [2, 3, 2, 4],
    ],
  ],
  [
    'acbe,aecd->abcd',
    [
      [2, 2, 3, 3],
      [2, 3, 2, 4],
    ],
  ],
  [
    '...x,xy->...y',
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  ['ab->ba', [[2, 3]]],
  ['ab->a', [[2, 3]]],
  ['ab->', [[2, 3]]],
  ['a,b->ab', [[2], [3]]],
  [
    'ab,ab->',
    [
      [2, 3],
      [2, 3],
    ],
  ],
  [
    'ab,bc->c',
    [
      [2, 3],
      [3, 2],
    ],
  ],
  [
    'abc,cd->d',
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  ['aa->a', [[3, 3]]],
  ['aa->', [[3, 3]]],
  [
    'aab,bc->ac',
    [
      [2, 2, 3],
      [3, 2],
    ],
  ],
  [
    '...ab,...bc->...ac',
    [
      [2, 2, 3],
      [3, 2],
    ],
  ],
  [
    '...ab,...bc->...ac',
    [
      [4, 2, 2, 3],
      [1, 3, 2],
    ],
    ['all'],
  ],
  [
    'a...b,b...->a...',
    [
      [2, 3, 4],
      [4, 1],
    ],
    ['all'],
  ],
  ['...->...', [[2, 3]]],
  ['...a->...', [[2, 3]]],
];

describe('einsum', () => {
  testGradients(
    Object.fromEntries(
      EQUATIONS.map(([equation, shapes, known], i): [string, Case] => [
        `${i}: ${equation} of ${shapes.map((s) => `[${s}]`).join(' ')}`,
        { inputs: shapes, fn: (...inputs) => einsum(equation, inputs), ...(known === undefined ? {} : { known }) },
      ]),
    ),
  );
});
