import { expect, it } from 'vitest';
import { logAdd, sampledLoss, unsampledRatio } from '../../src/privacy/logarithms.js';

const { NEGATIVE_INFINITY: never, POSITIVE_INFINITY: infinite } = Number;
const SHARES = [1, 0.5, 1e-3, 1e-9];
const near = (found: number, expected: number): void =>
  expect(Math.abs(found - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));

it('logAdd is the log of a sum, also of numbers that are too large or too small themselves', () => {
  near(logAdd(Math.log(3), Math.log(4)), Math.log(7));
  near(logAdd(1000, 1000 + Math.log(2)), 1000 + Math.log(3));
  near(logAdd(-2000, -2000), -2000 + Math.LN2);
  expect([logAdd(never, 5), logAdd(5, never), logAdd(never, never), logAdd(infinite, 5)]).toEqual([5, 5, never, infinite]);
});

it('sampledLoss is the log of a mixture, however large the ratio is', () => {
  for (const q of SHARES) {
    for (const ratio of [-50, -1, 0, 1e-6, 1, 29.9, 30.1, 40])
      near(sampledLoss(q, ratio), q === 1 ? ratio : Math.log1p(q * Math.expm1(ratio)));
    near(sampledLoss(q, 5000), 5000 + Math.log(q));
    expect(sampledLoss(q, never)).toBe(q === 1 ? never : Math.log1p(-q));
  }
});

it('unsampledRatio is its inverse', () => {
  for (const q of SHARES)
    for (const ratio of [-3, -1e-3, 0, 0.5, 10, 31, 55, 5000]) {
      // What sampling hides of a small ratio is lost: a loss has 16 digits.
      const loss = sampledLoss(q, ratio);
      expect(Math.abs(unsampledRatio(q, loss) - ratio)).toBeLessThan(1e-12 * Math.max(1, Math.abs(ratio)) + 1e-15 / q);
    }
  expect(unsampledRatio(0.5, Math.log(0.5))).toBe(never);
  // No outcome has losses as small as that.
  expect(unsampledRatio(0.5, -5)).toBe(never);
});
