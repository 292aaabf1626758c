import { describe, expect, it } from 'vitest';
import { randomShear } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { randomValues } from './random-layer.js';

const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const images = tensor(
  Float32Array.from({ length: 900 }, (_, i) => image[i % 9] as number),
  [100, 3, 3, 1],
);
const sheared = async (options: object): Promise<Set<string>> => {
  const values = await randomValues(randomShear({ fillMode: 'constant', ...options }), images);
  return new Set(Array.from({ length: 100 }, (_, i) => values.slice(9 * i, 9 * i + 9).join('')));
};

describe('randomShear', () => {
  testCases('RandomShear');

  it('moves each row a pixel further than the one above it, in either way', async () => {
    expect(await sheared({ xFactor: [1, 1] })).toEqual(new Set(['123560900', '123045007']));
  });

  it('moves each column, likewise', async () => {
    expect(await sheared({ yFactor: [1, 1] })).toEqual(new Set(['159480700', '100420753']));
  });

  it('leaves images without factors', async () => {
    expect(await sheared({})).toEqual(new Set([image.join('')]));
    expect(() => randomShear({ xFactor: 2 })).toThrow(/xFactor of RandomShear/);
  });
});
