import { describe, expect, it } from 'vitest';
import { dropout } from '../../../src/keras/layers/index.js';
import { tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';
import { meanOf, randomValues } from './random-layer.js';

const ones = tensor(new Float32Array(8000).fill(1), [20, 400]);

describe('dropout', () => {
  testCases('Dropout');

  it('drops a share of the values and scales the others, so that the mean stays', async () => {
    const values = await randomValues(dropout({ rate: 0.25 }), ones);
    expect([...new Set(values)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
    // Five standard deviations of the share of 8000 values.
    expect(Math.abs(meanOf(values.map((v) => (v === 0 ? 1 : 0))) - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 8000));
  });

  it('drops nothing at rate 0 and all at rate 1', async () => {
    expect(new Set(await randomValues(dropout({ rate: 0 }), ones))).toEqual(new Set([1]));
    expect(new Set(await randomValues(dropout({ rate: 1 }), ones))).toEqual(new Set([0]));
  });

  it('drops together what shares a place of `noiseShape`', async () => {
    const values = await randomValues(dropout({ rate: 0.5, noiseShape: [null, 1] }), ones);
    const rows = Array.from({ length: 20 }, (_, i) => new Set(values.slice(400 * i, 400 * (i + 1))));
    for (const row of rows) expect(row.size).toBe(1);
    expect(new Set(rows.flatMap((row) => [...row])).size).toBe(2);
  });

  it('refuses rates outside of [0, 1]', () => {
    expect(() => dropout({ rate: 1.5 })).toThrow(/`rate of Dropout` must be a finite number in \[0, 1\], received 1.5/);
  });
});
