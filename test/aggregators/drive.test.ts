import { describe, expect, it } from 'vitest';
import { aggregators, tensor } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { aggregate, repeat, rounds, scalar } from './fixtures.js';
import { moments } from './moments.js';

const { drive, sum } = aggregators;
const random = new Random(4);
const value = tensor(Float32Array.from({ length: 256 }, () => random.normal()));
const squared = (v: ArrayLike<number>): number => Array.from(v).reduce((total, x) => total + x * x, 0);

describe('drive', () => {
  it('is right on average', async () => {
    const outputs = await rounds(drive(), repeat(1500, [value]));
    const error = Array.from(value.data).map((v, k) => moments(outputs.map((r) => r.numbers[k] as number)).mean - v);
    // Each element's error has a deviation of about √(π/2 - 1); of 1500 rounds, a 39th part of that.
    expect(Math.sqrt(squared(error) / 256)).toBeLessThan((1.3 * Math.sqrt(Math.PI / 2 - 1)) / Math.sqrt(1500));
  });

  it('has the error of one bit an element: π/2 - 1 of the squared norm', async () => {
    const outputs = await rounds(drive(), repeat(100, [value]));
    const errors = outputs.map((r) => squared(r.numbers.map((v, k) => v - (value.data[k] as number))) / squared(value.data));
    expect(Math.abs(moments(errors).mean - (Math.PI / 2 - 1))).toBeLessThan(0.06);
  });

  it('errs otherwise for each client, so that the mean of many is close', async () => {
    const { numbers } = await aggregate(drive(), repeat(100, value));
    const error = squared(numbers.map((v, k) => v - (value.data[k] as number))) / squared(value.data);
    expect(error).toBeLessThan((2 * (Math.PI / 2 - 1)) / 100);
  });

  it('keeps a single element, and zeros', async () => {
    expect((await aggregate(drive({ inner: sum() }), [tensor([3])])).numbers[0]).toBeCloseTo(3, 5);
    expect((await aggregate(drive(), [tensor([0, 0, 0])])).numbers.map(Math.abs)).toEqual([0, 0, 0]);
  });

  it('counts a bit for each padded element, and a scale for each leaf', async () => {
    const { measurements } = await aggregate(drive(), repeat(2, { a: tensor(new Float32Array(5)), b: tensor(1) }));
    expect(scalar((measurements as Record<string, unknown>).numBits)).toBe(2 * (8 + 32 + 1 + 32));
  });

  it('refuses other options', () => {
    expect(() => drive({ numLevels: 2 } as never)).toThrow('`options of drive` has no option `numLevels`');
  });
});
