/** Seeds of clients; how a cohort is run is tested with the processes that do it. */
import { describe, expect, it } from 'vitest';
import { clientSeed } from '../../src/templates/run-clients.js';

const words = (...args: Parameters<typeof clientSeed>): bigint[] => Array.from(clientSeed(...args).data as BigInt64Array);

describe('clientSeed', () => {
  it('is the same for the same client of the same round, and two words that fit an int64', () => {
    expect(words(1, 2, 3, 4)).toEqual(words(1, 2, 3, 4));
    const seed = clientSeed(1, 2, 3, 4);
    expect([seed.dtype, seed.shape]).toEqual(['int64', [2]]);
    for (const word of words(-1, 2 ** 31 - 1, 1e6, -7)) {
      expect(word).toBeGreaterThanOrEqual(0n);
      expect(word).toBeLessThan(2n ** 62n);
    }
  });

  it('is another one for every seed, round, place and data set', () => {
    const seen = new Set<string>();
    let count = 0;
    for (const seed of [0, 1, -1, 2 ** 40])
      for (const round of [0, 1, 2, 1000])
        for (let position = 0; position < 50; position++)
          for (const own of [0, 1, 99]) {
            seen.add(words(seed, round, position, own)[1]?.toString() as string);
            count += 1;
          }
    expect(seen.size).toBe(count);
  });

  it('has bits that are ones half of the time', () => {
    const samples = Array.from({ length: 2000 }, (_, i) => words(7, i >> 5, i & 31, 0)[1] as bigint);
    for (let bit = 0n; bit < 62n; bit++) {
      const ones = samples.filter((word) => (word >> bit) & 1n).length;
      // Six standard deviations of a fair coin: 6 · √2000 / 2.
      expect(Math.abs(ones - 1000)).toBeLessThan(135);
    }
  });
});
