import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, scalar } from './fixtures.js';

const { concat, topK } = aggregators;
const bits = (measurements: unknown): number => scalar((measurements as Record<string, unknown>).numBits);

describe('topK', () => {
  it('keeps the largest absolute values', async () => {
    expect((await aggregate(topK({ fraction: 0.5 }), [tensor([1, -5, 2, 4])])).numbers).toEqual([0, -5, 0, 4]);
    expect((await aggregate(topK({ fraction: 0.3 }), [tensor([1, -5, 2, 4])])).numbers).toEqual([0, -5, 0, 4]);
    expect((await aggregate(topK({ fraction: 1 }), [tensor([1, -5, 2, 4])])).numbers).toEqual([1, -5, 2, 4]);
  });

  it('does so in each leaf, or with concat in all of them', async () => {
    const value = { a: tensor([1, 2, 3]), b: tensor([[10, 20, 30]]) };
    expect((await aggregate(topK({ fraction: 0.3 }), [value])).numbers).toEqual([0, 0, 3, 0, 0, 30]);
    expect((await aggregate(concat({ inner: topK({ fraction: 0.3 }) }), [value])).numbers).toEqual([0, 0, 0, 0, 20, 30]);
  });

  it('weighs as its inner aggregator does', async () => {
    const { numbers } = await aggregate(topK({ fraction: 0.5 }), [tensor([4, 1]), tensor([1, 8])], [3, 1]);
    expect(numbers).toEqual([3, 2]);
  });

  it('counts a number and its place for each', async () => {
    const value = { a: tensor(new Float32Array(1000)), b: tensor(1) };
    expect(bits((await aggregate(topK({ fraction: 0.01 }), [value, value])).measurements)).toBe(2 * (10 * (32 + 10) + 32));
  });

  it('refuses other shares', () => {
    expect(() => topK({ fraction: 0 })).toThrow('`fraction` must be above 0, received 0');
    expect(() => topK({ fraction: 1.5 })).toThrow('`fraction` must be a finite number in [0, 1], received 1.5');
    expect(() => topK({ k: 3 } as never)).toThrow(TypeError);
  });
});
