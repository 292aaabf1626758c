import { describe, expect, it } from 'vitest';
import { aggregators, tensorSpec } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { tensor } from '../../src/tensor.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { withstandsAttacks } from './attacks.js';
import { aggregate, expectClose, scalars } from './fixtures.js';

const { krum, multiKrum } = aggregators;

/** Scores by the definition, in plain numbers. */
function scores(values: readonly (readonly number[])[], malicious: number): number[] {
  return values.map((v, i) => {
    const distances = values.filter((_, j) => j !== i).map((w) => v.reduce((d, x, k) => d + (x - (w[k] as number)) ** 2, 0));
    return distances
      .sort((a, b) => a - b)
      .slice(0, values.length - malicious - 2)
      .reduce((a, b) => a + b, 0);
  });
}

describe('krum', () => {
  it('is the value with the least sum of squared distances to its nearest others', async () => {
    const random = new Random(5);
    for (const malicious of [0, 1, 3]) {
      const values = Array.from({ length: 9 }, () => Array.from({ length: 6 }, () => random.normal()));
      const all = scores(values, malicious);
      const best = values[all.indexOf(Math.min(...all))] as number[];
      const { numbers } = await aggregate(
        krum({ numMaliciousNodes: malicious }),
        values.map((v) => tensor(v)),
      );
      expectClose(numbers, best);
    }
  });

  it('tells clients apart that are close to each other and far from zero', async () => {
    const values = [1e4, 1e4 + 1, 1e4 + 3, 1e4 + 3.5, 1e4 + 4.5].map((v) => scalars(v));
    // With f = 1 the two nearest count: 1 + 9, 1 + 4, 0.25 + 2.25, 0.25 + 1 and 1 + 2.25.
    expect((await aggregate(krum({ numMaliciousNodes: 1 }), values)).numbers).toEqual([1e4 + 3.5]);
  });

  it('takes all leaves for one vector', async () => {
    const values = [
      { a: 0, b: 0 },
      { a: 1, b: 0 },
      { a: 0, b: 1 },
      { a: 9, b: 9 },
    ].map(scalars);
    expect((await aggregate(krum(), values)).numbers).toEqual([0, 0]);
  });

  it('needs enough clients', async () => {
    const values = Array.from({ length: 4 }, () => scalars(1));
    await expect(aggregate(krum({ numMaliciousNodes: 1 }), values)).rejects.toThrow(
      '`values` must be at least 5 for this aggregator, received 4',
    );
    await expect(aggregate(multiKrum({ numNodesToSelect: 3 }), values)).rejects.toThrow('at least 5');
  });

  it('refuses other numbers', () => {
    expect(() => krum({ numMaliciousNodes: -1 })).toThrow('`numMaliciousNodes` must be a finite number that is not negative, received -1');
    expect(() => multiKrum({ numNodesToSelect: 0 })).toThrow(RangeError);
    expect(() => krum({ numNodesToSelect: 1 } as never)).toThrow('`options of krum` has no option `numNodesToSelect`');
    expect(() => krum().parts(tensorSpec([null]) as TensorSpec)).toThrow('must have known sizes');
  });

  withstandsAttacks((numMaliciousNodes) => krum({ numMaliciousNodes }));
});

describe('multiKrum', () => {
  it('is the mean of the values with the least scores', async () => {
    const random = new Random(6);
    const values = Array.from({ length: 11 }, () => Array.from({ length: 4 }, () => random.normal()));
    const all = scores(values, 2);
    const order = values.map((_, i) => i).sort((i, j) => (all[i] as number) - (all[j] as number));
    const best = order.slice(0, 4).map((i) => values[i] as number[]);
    const { numbers } = await aggregate(
      multiKrum({ numMaliciousNodes: 2, numNodesToSelect: 4 }),
      values.map((v) => tensor(v)),
    );
    expectClose(
      numbers,
      [0, 1, 2, 3].map((k) => best.reduce((total, v) => total + (v[k] as number), 0) / 4),
    );
  });

  withstandsAttacks((numMaliciousNodes) => multiKrum({ numMaliciousNodes, numNodesToSelect: 6 }));
});
