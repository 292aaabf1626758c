import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, repeat, rounds, scalars } from './fixtures.js';

const { unweightedReservoirSampling } = aggregators;
const values = Array.from({ length: 10 }, (_, i) => scalars(i));

describe('unweightedReservoirSampling', () => {
  it('takes different clients, and all where there are fewer', async () => {
    for (const [sampleSize, expected] of [
      [1, 1],
      [4, 4],
      [10, 10],
      [50, 10],
    ] as const) {
      const { numbers } = await aggregate(unweightedReservoirSampling({ sampleSize }), values);
      expect(new Set(numbers).size).toBe(expected);
      expect(numbers.length).toBe(expected);
    }
  });

  it('takes whole values', async () => {
    const structures = Array.from({ length: 5 }, (_, i) => ({ a: tensor([i, i]), b: [tensor(i, [], 'int32')] }));
    const { result } = await aggregate(unweightedReservoirSampling({ sampleSize: 3 }), structures);
    const { a, b } = result as unknown as { a: { shape: number[]; data: Float32Array }; b: [{ data: Int32Array }] };
    expect(a.shape).toEqual([3, 2]);
    expect([...a.data]).toEqual([...b[0].data].flatMap((v) => [v, v]));
  });

  it('takes each client as often as the others', async () => {
    const outputs = await rounds(unweightedReservoirSampling({ sampleSize: 3 }), repeat(1000, values));
    const counts = values.map((_, i) => outputs.filter((r) => r.numbers.includes(i)).length);
    // Five standard deviations of the number of times, 300 on average.
    counts.forEach((count) => expect(Math.abs(count - 300)).toBeLessThan(5 * Math.sqrt(1000 * 0.3 * 0.7)));
  });

  it('refuses other sizes', () => {
    expect(() => unweightedReservoirSampling({ sampleSize: 0 })).toThrow(RangeError);
    expect(() => unweightedReservoirSampling({ sampleSize: '5' as never })).toThrow(TypeError);
    expect(() => unweightedReservoirSampling({} as never)).toThrow('`sampleSize` must be a whole number');
  });
});
