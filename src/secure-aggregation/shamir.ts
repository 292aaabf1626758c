/**
 * Secrets in shares of which any `threshold` give it back, and fewer say nothing.
 *
 * Shamir, "How to share a secret", Communications of the ACM 22(11), 1979, https://doi.org/10.1145/359168.359176: every byte is the
 * value at 0 of a random polynomial over GF(2^8), with the polynomial x^8 + x^4 + x^3 + x + 1 of AES.
 */
import { randomBytes } from 'node:crypto';
import { SecureAggregationError } from './error.js';

/** A point of every byte's polynomial: where, and the values there. */
export interface Share {
  /** In [1, 255]. */
  readonly x: number;
  readonly y: Uint8Array;
}

/** A product in GF(2^8), without branches or tables that depend on secrets. */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= -((b >> bit) & 1) & a;
    a = ((a << 1) ^ (-(a >> 7) & 0x11b)) & 0xff;
  }
  return product;
}

/** The inverse in GF(2^8): x^254. */
function inverse(a: number): number {
  let power = a;
  for (let i = 0; i < 6; i++) power = multiply(multiply(power, power), a);
  return multiply(power, power);
}

/** Shares at x = 1, …, `count` (at most 255). */
export function splitSecret(secret: Uint8Array, count: number, threshold: number): Share[] {
  const coefficients = Array.from({ length: threshold - 1 }, () => randomBytes(secret.length));
  return Array.from({ length: count }, (_, i) => ({
    x: i + 1,
    y: secret.map(
      (byte, k) =>
        multiply(
          coefficients.reduce((sum, c) => multiply(sum, i + 1) ^ (c[k] as number), 0),
          i + 1,
        ) ^ byte,
    ),
  }));
}

/** The secret of as many shares as its threshold; of fewer, or of wrong ones, another. @throws SecureAggregationError for shares of one x */
export function combineShares(shares: readonly Share[]): Uint8Array {
  const xs = shares.map(({ x }) => x);
  if (new Set(xs).size !== xs.length || xs.includes(0))
    throw new SecureAggregationError(
      'tampered',
      `shares of a secret must be at different places that are not 0, received ${xs.join(', ')}`,
    );
  const secret = new Uint8Array((shares[0] as Share).y.length);
  for (const { x, y } of shares) {
    const weight = xs.reduce((product, other) => (other === x ? product : multiply(product, multiply(other, inverse(other ^ x)))), 1);
    for (let k = 0; k < secret.length; k++) secret[k] = (secret[k] as number) ^ multiply(y[k] as number, weight);
  }
  return secret;
}
