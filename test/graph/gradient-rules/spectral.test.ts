import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { pad } from '../../../src/graph/ops/array.js';
import { constantLike, op } from '../../../src/graph/ops/core.js';
import { complex, imaginaryPart, irfft, mul, realPart, rfft } from '../../../src/graph/ops/math.js';
import { type Known, testGradients } from '../finite-differences.js';

// The length of the signal must be known.
const known: readonly Known[] = ['all', 'all but the batch'];
const parts = (z: Output): Output[] => [realPart(z), imaginaryPart(z)];
const length = (x: Output, n: number): Output => constantLike(x, [n]);

describe('transforms', () => {
  testGradients({
    'rfft of an even length': { inputs: [[2, 6]], fn: (x) => parts(rfft(x, length(x, 6))), known },
    'rfft of an odd length': { inputs: [[2, 5]], fn: (x) => parts(rfft(x, length(x, 5))), known },
    'rfft of part of the signal': { inputs: [[2, 6]], fn: (x) => parts(rfft(x, length(x, 4))), known },
    'rfft of a padded signal': {
      inputs: [[2, 3]],
      fn: (x) =>
        parts(
          rfft(
            pad(x, [
              [0, 0],
              [0, 2],
            ]),
            length(x, 5),
          ),
        ),
      known,
    },
    'irfft of an even length': {
      inputs: [
        [2, 4],
        [2, 4],
      ],
      fn: (a, b) => irfft(complex(a, b), length(a, 6)),
      known,
    },
    'irfft of an odd length': {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      fn: (a, b) => irfft(complex(a, b), length(a, 5)),
      known,
    },
    'irfft of part of the spectrum': {
      inputs: [
        [2, 4],
        [2, 4],
      ],
      fn: (a, b) => irfft(complex(a, b), length(a, 4)),
      known,
    },
    'there and back': { inputs: [[8]], fn: (x) => irfft(rfft(x, length(x, 8)), length(x, 8)), known: ['all'] },
  });
});

describe('complex numbers', () => {
  testGradients({
    product: { inputs: [[3], [3], [3], [3]], fn: (a, b, c, d) => parts(mul(complex(a, b), complex(c, d))) },
    quotient: {
      inputs: [[3], [3], { shape: [3], range: [0.5, 1] }, [3]],
      fn: (a, b, c, d) => parts(op('RealDiv', [complex(a, b), complex(c, d)])),
    },
    absolute: { inputs: [{ shape: [3], range: [0.2, 1] }, [3]], fn: (a, b) => op('ComplexAbs', [complex(a, b)], { Tout: 2 }) },
    conjugate: { inputs: [[3], [3]], fn: (a, b) => parts(op('Conj', [complex(a, b)])) },
  });
});
