import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { tensor } from '../../src/tensor.js';
import { withstandsAttacks } from './attacks.js';
import { aggregate, expectClose, scalars } from './fixtures.js';

const { bulyan, krum } = aggregators;

/** The rule by the paper, in plain numbers. */
function expected(values: readonly (readonly number[])[], f: number): number[] {
  const left = [...values];
  const picked: (readonly number[])[] = [];
  while (picked.length < values.length - 2 * f) {
    const scores = left.map((v, i) => {
      const distances = left.filter((_, j) => j !== i).map((w) => v.reduce((d, x, k) => d + (x - (w[k] as number)) ** 2, 0));
      const nearest = Math.max(1, left.length - f - 2);
      return distances
        .sort((a, b) => a - b)
        .slice(0, nearest)
        .reduce((a, b) => a + b, 0);
    });
    picked.push(...left.splice(scores.indexOf(Math.min(...scores)), 1));
  }
  return (values[0] as number[]).map((_, k) => {
    const column = picked.map((v) => v[k] as number).sort((a, b) => a - b);
    const half = column.length / 2;
    const median = ((column[Math.ceil(half) - 1] as number) + (column[Math.floor(half)] as number)) / 2;
    const nearest = column.sort((a, b) => Math.abs(a - median) - Math.abs(b - median)).slice(0, column.length - 2 * f);
    return nearest.reduce((a, b) => a + b, 0) / nearest.length;
  });
}

describe('bulyan', () => {
  it.each([
    [0, 5],
    [1, 7],
    [1, 10],
    [2, 12],
    [3, 15],
  ])('with %s of %s malicious is what the paper defines', async (malicious, count) => {
    const random = new Random(count);
    const values = Array.from({ length: count }, () => Array.from({ length: 5 }, () => random.normal()));
    const { numbers } = await aggregate(
      bulyan({ numMaliciousNodes: malicious }),
      values.map((v) => tensor(v)),
    );
    expectClose(numbers, expected(values, malicious));
  });

  it('bounds each coordinate, where Krum can be led astray in one', async () => {
    // Fifteen clients scatter in 100 coordinates; three agree but in one, which they shift by less than the scatter of all others together.
    const random = new Random(3);
    const honest = Array.from({ length: 12 }, () => Array.from({ length: 100 }, () => random.normal()));
    const evil = Array.from({ length: 100 }, (_, i) => (i === 0 ? 7 : 0));
    const values = [...honest, evil, evil, evil].map((v) => tensor(v));
    expect((await aggregate(krum({ numMaliciousNodes: 3 }), values)).numbers[0]).toBe(7);
    expect(Math.abs((await aggregate(bulyan({ numMaliciousNodes: 3 }), values)).numbers[0] as number)).toBeLessThan(2);
  });

  it('needs enough clients', async () => {
    const values = Array.from({ length: 6 }, () => scalars(1));
    await expect(aggregate(bulyan({ numMaliciousNodes: 1 }), values)).rejects.toThrow('at least 7 for this aggregator, received 6');
    expect(() => bulyan({ numMaliciousNodes: 0.5 })).toThrow(RangeError);
  });

  withstandsAttacks((numMaliciousNodes) => bulyan({ numMaliciousNodes }));
});
