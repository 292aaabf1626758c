import { describe, expect, it } from 'vitest';
import { aggregators } from '../../src/index.js';
import { withstandsAttacks } from './attacks.js';
import { aggregate, expectClose, scalars } from './fixtures.js';

const { geometricMedian } = aggregators;
const of = async (...points: number[][]) => (await aggregate(geometricMedian(), points.map(scalars))).numbers;

describe('geometricMedian', () => {
  it('is the median on a line', async () => {
    expectClose(await of([1], [2], [50]), [2], 3);
  });

  it('is the crossing of the diagonals of four points', async () => {
    expectClose(await of([0, 0], [6, 6], [4, 0], [0, 4]), [2, 2], 4);
  });

  it("is Fermat's point of a triangle", async () => {
    // From there all sides are seen at 120 degrees: for a right triangle with legs of 1, at (3 - √3) / 6 from both.
    const legs = (3 - Math.sqrt(3)) / 6;
    expectClose(await of([0, 0], [1, 0], [0, 1]), [legs, legs], 4);
  });

  it('is a value that most clients have', async () => {
    expectClose(await of([1, 1], [1, 1], [1, 1], [8, -3]), [1, 1], 3);
    expectClose(await of([5, 6]), [5, 6]);
  });

  it('measures distances over all leaves together', async () => {
    const points = [
      { a: 0, b: 0 },
      { a: 6, b: 6 },
      { a: 4, b: 0 },
      { a: 0, b: 4 },
    ].map(scalars);
    expectClose((await aggregate(geometricMedian(), points)).numbers, [2, 2], 4);
  });

  it('refuses other options', () => {
    expect(() => geometricMedian({ maxIterations: 0 })).toThrow(RangeError);
    expect(() => geometricMedian({ smoothing: 0 })).toThrow('`smoothing` must be a finite number above 0, received 0');
    expect(() => geometricMedian({ tolerance: -1 })).toThrow(RangeError);
    expect(() => geometricMedian({ steps: 1 } as never)).toThrow(TypeError);
  });

  withstandsAttacks(() => geometricMedian());
});
