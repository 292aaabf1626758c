import { describe, expect, it } from 'vitest';
import { integerLookup } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { checkLayer } from '../../../src/testing/check-layer.js';
import { testCases } from './keras-cases.js';

describe('integerLookup', () => {
  testCases('IntegerLookup');

  it('finds each entry of a large vocabulary', () => {
    const vocabulary = Array.from({ length: 500 }, (_, i) => (i * 7919) % 1009);
    const x = [vocabulary.slice(0, 250), vocabulary.slice(250)];
    return checkLayer({
      layer: integerLookup({ vocabulary }),
      inputs: tensor(Int32Array.from(x.flat()), [2, 250]),
      expected: [Array.from({ length: 250 }, (_, i) => i + 1), Array.from({ length: 250 }, (_, i) => i + 251)],
    });
  });

  it('gives -1 where there is no number for other values', () =>
    checkLayer({
      layer: integerLookup({ vocabulary: [5, 7], numOovIndices: 0 }),
      inputs: tensor(Int32Array.of(5, 6, 7, 0), [2, 2]),
      expected: [
        [0, -1],
        [1, -1],
      ],
    }));

  it('refuses an inverted lookup that encodes', () => {
    expect(() => integerLookup({ vocabulary: [1], invert: true, outputMode: 'count' }).ensureBuilt([null])).toThrow(
      /must have the outputMode int/,
    );
  });
});
