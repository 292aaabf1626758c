import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { hashedCrossing } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('hashedCrossing', () => {
  testCases('HashedCrossing');

  it('refuses inputs that are not alike, and numbers that are not whole', () => {
    const apply = (...shapes: readonly (readonly number[])[]) =>
      hashedCrossing({ numBins: 3 }).apply(shapes.map((shape) => input({ shape, dtype: 'int32' })));
    expect(() => apply([1])).toThrow(/needs a list of at least 2 inputs/);
    expect(() => hashedCrossing({ numBins: 3 }).apply(input({ shape: [2], dtype: 'int32' }))).toThrow(/needs a list of at least 2 inputs/);
    expect(() => apply([1], [])).toThrow(/needs inputs \[batch\] or \[batch, 1\], all alike/);
    expect(() => apply([2], [2])).toThrow(/needs inputs \[batch\] or \[batch, 1\], all alike/);
    expect(() => hashedCrossing({ numBins: 3 }).apply([input({ shape: [1] }), input({ shape: [1] })])).toThrow(
      /needs inputs of strings or whole numbers/,
    );
    expect(() => hashedCrossing({ numBins: 3, outputMode: 'count' as never })).toThrow(/`outputMode of HashedCrossing` must be/);
  });
});
