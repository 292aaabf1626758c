/** The rotation against the transform written out; what else it does as an aggregator is tested with `rotation`. */
import { describe, expect, it } from 'vitest';
import type { AggregatorParts } from '../../src/aggregators/aggregator.js';
import { discreteFourierTransform } from '../../src/aggregators/discrete-fourier-transform.js';
import { Sum } from '../../src/aggregators/sum.js';
import { tensor } from '../../src/index.js';
import type { Tensor } from '../../src/tensor.js';
import { aggregate, expectClose, numbers } from './fixtures.js';

/** A sum that reports what it is given. */
class Shown extends Sum {
  override parts(...args: Parameters<Sum['parts']>): AggregatorParts {
    const parts = super.parts(...args);
    return { ...parts, server: (state, combined) => ({ ...parts.server(state, combined), measurements: { given: combined.sum } }) };
  }
}

const N = 16;
/** A vector's rotation, as complex numbers. */
async function rotated(x: readonly number[]): Promise<[re: number, im: number][]> {
  const { measurements } = await aggregate(discreteFourierTransform({ inner: new Shown() }), [tensor([...x])]);
  const all = numbers((measurements as Record<string, Tensor>).given as Tensor);
  return Array.from({ length: N }, (_, i) => [all[i] as number, all[N + i] as number]);
}
const unit = (k: number): number[] => Array.from({ length: 2 * N }, (_, i) => (i === k ? 1 : 0));

describe('discreteFourierTransform', () => {
  it("is Fourier's matrix after phases of length 1", async () => {
    for (const k of [0, 1, 5, 15]) {
      const y = await rotated(unit(k));
      const [a, b] = y[0] as [number, number];
      expect(Math.hypot(a, b)).toBeCloseTo(1 / Math.sqrt(N), 6);
      // The entry of row j is the phase times exp(-2πi j k / n) / √n.
      y.forEach(([re, im], j) => {
        const [cos, sin] = [Math.cos((2 * Math.PI * j * k) / N), -Math.sin((2 * Math.PI * j * k) / N)];
        expectClose([re, im], [a * cos - b * sin, a * sin + b * cos], 6);
      });
    }
  });

  it('takes the second half for imaginary parts, and is linear', async () => {
    const [real, imaginary] = [await rotated(unit(3)), await rotated(unit(N + 3))];
    expectClose(
      imaginary.flat(),
      real.flatMap(([re, im]) => [-im, re]),
      6,
    );
    const mixed = await rotated(unit(3).map((v, i) => 2 * v - 3 * (unit(N + 3)[i] as number)));
    expectClose(
      mixed.flat(),
      real.flatMap(([re, im]) => [2 * re + 3 * im, 2 * im - 3 * re]),
      5,
    );
  });

  it('has another phase for each entry, spread over the circle', async () => {
    const angles = await Promise.all(
      Array.from({ length: N }, async (_, k) => {
        const [[re, im]] = (await rotated(unit(k))) as [[number, number]];
        return Math.atan2(im, re);
      }),
    );
    expect(new Set(angles).size).toBe(N);
    expect(angles.some((angle) => angle > 0) && angles.some((angle) => angle < 0)).toBe(true);
  });
});
