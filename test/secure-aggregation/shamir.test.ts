import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { combineShares, multiply, splitSecret } from '../../src/secure-aggregation/shamir.js';

describe('multiply', () => {
  it("has the products of FIPS 197's examples", () => {
    expect(multiply(0x57, 0x83)).toBe(0xc1);
    expect(multiply(0x57, 0x13)).toBe(0xfe);
    expect([0x02, 0x04, 0x08, 0x10].map((b) => multiply(0x57, b))).toEqual([0xae, 0x47, 0x8e, 0x07]);
  });
});

describe('shares', () => {
  it('are combined as polynomials written by hand: 7 + 2x + 3x²', () => {
    const at = (x: number) => ({ x, y: Uint8Array.of(7 ^ multiply(2, x) ^ multiply(3, multiply(x, x))) });
    // 7 + 2·2 + 3·4 = 7 ^ 4 ^ 12 = 15.
    expect(at(2).y[0]).toBe(15);
    expect(combineShares([at(1), at(2), at(3)])).toEqual(Uint8Array.of(7));
    expect(combineShares([at(255), at(17), at(128)])).toEqual(Uint8Array.of(7));
  });

  it('give the secret back from any that are enough', () => {
    const secret = new Uint8Array(createCipheriv('aes-256-ctr', new Uint8Array(32), new Uint8Array(16)).update(new Uint8Array(32)));
    const shares = splitSecret(secret, 255, 128);
    expect(combineShares(shares.slice(0, 128))).toEqual(secret);
    expect(combineShares(shares.slice(127))).toEqual(secret);
    expect(combineShares(shares.slice(0, 127))).not.toEqual(secret);
  });

  it('say nothing where they are too few: every value is as frequent', () => {
    const counts = new Array(256).fill(0);
    for (let i = 0; i < 25_600; i++) counts[splitSecret(Uint8Array.of(42), 2, 2)[0]?.y[0] as number]++;
    // Chi-square of 255 degrees of freedom: above 400 with a probability of 1e-8.
    expect(counts.reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0)).toBeLessThan(400);
  });

  it('must be at different places', () => {
    const [a] = splitSecret(Uint8Array.of(1), 2, 2) as [{ x: number; y: Uint8Array }];
    expect(() => combineShares([a, a])).toThrow('different places');
  });
});
