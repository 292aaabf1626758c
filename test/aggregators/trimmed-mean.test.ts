import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { withstandsAttacks } from './attacks.js';
import { aggregate, expectClose, scalars } from './fixtures.js';

const { trimmedMean } = aggregators;
const of = async (beta: number, ...values: number[]) => (await aggregate(trimmedMean({ beta }), values.map(scalars))).numbers;

describe('trimmedMean', () => {
  it('leaves out the same number of clients at both ends, rounded down', async () => {
    expectClose(await of(0.2, 1, 2, 3, 4, 100), [3]);
    expectClose(await of(0.25, 100, 2, -50, 3, 4), [3]);
    expectClose(await of(0.1, 1, 2, 3, 4, 100), [22]);
    expectClose(await of(0.49, 1, 2, 3, 4, 100), [3]);
    expectClose(await of(0.49, 6), [6]);
  });

  it('does so for each coordinate', async () => {
    const values = [
      [9, 1],
      [1, 9],
      [2, 2],
      [3, 3],
    ];
    expectClose((await aggregate(trimmedMean({ beta: 0.25 }), values.map(scalars))).numbers, [2.5, 2.5]);
  });

  it('is the mean where nothing is cut', async () => {
    expectClose(await of(0, 1, 2, 9), [4]);
  });

  it('cuts a fifth by default', async () => {
    expectClose((await aggregate(trimmedMean(), [0, 1, 2, 3, 100].map(scalars))).numbers, [2]);
  });

  it('refuses shares that leave nobody', () => {
    expect(() => trimmedMean({ beta: 0.5 })).toThrow('`beta` must be below 0.5');
    expect(() => trimmedMean({ beta: -0.1 })).toThrow('`beta` must be a finite number in [0, 0.5], received -0.1');
    expect(() => trimmedMean({ share: 0.1 } as never)).toThrow('`options of trimmedMean` has no option `share`');
  });

  withstandsAttacks(() => trimmedMean({ beta: 0.2 }));
});
