import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { aggregate, expectClose, repeat, scalar } from './fixtures.js';
import { moments } from './moments.js';

const { ternGrad } = aggregators;

// Cases of FedJAX's compression_test.
describe('ternGrad', () => {
  it('keeps zeros and the largest value', async () => {
    expect((await aggregate(ternGrad(), [tensor([0, 2, 2, -2])])).numbers).toEqual([0, 2, 2, -2]);
    expect((await aggregate(ternGrad(), [tensor(5)])).numbers).toEqual([5]);
    expect((await aggregate(ternGrad(), [tensor([0, 0])])).numbers).toEqual([0, 0]);
  });

  it('clips what is beyond 2.5 deviations', async () => {
    const value = new Float32Array(100);
    value.set([100, -100]);
    const { numbers } = await aggregate(ternGrad(), [tensor(value)]);
    expectClose(numbers.slice(0, 3), [35.355339, -35.355339, 0], 4);
  });

  it('has three levels, and no bias', async () => {
    const { numbers } = await aggregate(ternGrad(), [tensor([1.5, -1.5, ...repeat(20_000, 0.5), ...repeat(20_000, -1)])]);
    // The deviation is about 0.8: nothing is clipped.
    expect(new Set(numbers.map((v) => v + 0))).toEqual(new Set([1.5, -1.5, 0]));
    const [up, down] = [moments(numbers.slice(2, 20_002)).mean, moments(numbers.slice(20_002)).mean];
    expect(Math.abs(up - 0.5)).toBeLessThan((4 * Math.sqrt(1.5 * 0.5)) / Math.sqrt(20_000));
    expect(Math.abs(down + 1)).toBeLessThan((4 * Math.sqrt(1.5)) / Math.sqrt(20_000));
  });

  it('counts five elements in 8 bits, and a scale for each leaf', async () => {
    const { measurements } = await aggregate(ternGrad(), repeat(3, { a: tensor(new Float32Array(11)), b: tensor(1) }));
    expect(scalar((measurements as Record<string, unknown>).numBits)).toBe(3 * (24 + 32 + 8 + 32));
  });

  it('refuses other options', () => {
    expect(() => ternGrad({ clip: 2 } as never)).toThrow('`options of ternGrad` has no option `clip`');
  });
});
