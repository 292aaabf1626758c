import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { randomGrayscale } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

describe('randomGrayscale', () => {
  testCases('RandomGrayscale');

  it('takes the colours of some images', async () => {
    const values = await randomValues(
      randomGrayscale({ factor: 0.25 }),
      tensor(
        Float32Array.from({ length: 3000 }, (_, i) => [0, 0, 100][i % 3] as number),
        [1000, 1, 1, 3],
      ),
    );
    const grey = Array.from({ length: 1000 }, (_, i) => Number(values[3 * i] !== 0));
    expect(Math.abs(meanOf(grey) - 0.25)).toBeLessThan(0.05);
  });

  it('refuses what has no colours', () => {
    expect(() => randomGrayscale().apply(input({ shape: [4, 4, 2] }))).toThrow(
      /needs images of 3 channels or 1, received \[null, 4, 4, 2\]/,
    );
  });
});
