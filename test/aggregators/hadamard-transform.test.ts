/** The transform itself; the aggregator that is made of it is tested with `rotation`. */
import { describe, expect, it } from 'vitest';
import { hadamardRotation, walshHadamard } from '../../src/aggregators/hadamard-transform.js';
import type { Output } from '../../src/graph/graph.js';
import { type Tensor, tensor } from '../../src/index.js';
import { computed, expectClose, numbers, repeat } from './fixtures.js';

const transform = async (x: Tensor): Promise<number[]> => numbers(await computed([x], ([v]) => [walshHadamard(v as Output)]));
const oneHot = (index: number, size: number): Tensor => tensor(Float32Array.from({ length: size }, (_, i) => (i === index ? 1 : 0)));

describe('walshHadamard', () => {
  it.each([1, 2, 8, 64, 128, 4096, 8192])('is the matrix of signs of common bits, for %s values', async (size) => {
    const index = (size >> 1) | (size > 4 ? 1 : 0);
    const at = index % size;
    const expected = Array.from({ length: size }, (_, i) => {
      const odd = (i & at).toString(2).replaceAll('0', '').length % 2 === 1;
      return (odd ? -1 : 1) / Math.sqrt(size);
    });
    expectClose(await transform(oneHot(at, size)), expected, 6);
  });

  it('is its own inverse, and keeps the length', async () => {
    const x = tensor(Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i)));
    const y = await transform(x);
    expectClose(await transform(tensor(y)), [...(x.data as Float32Array)]);
    const length = (v: Iterable<number>) => Math.hypot(...v);
    expect(length(y)).toBeCloseTo(length(x.data as Float32Array), 4);
  });

  it('spreads one entry of 256 to sixteenths', async () => {
    expect((await transform(oneHot(17, 256))).map(Math.abs)).toEqual(repeat(256, 1 / 16));
  });
});

describe('hadamardRotation', () => {
  it('flips half of the signs first, by its seed, and is undone exactly', async () => {
    const x = tensor(Float32Array.from({ length: 4096 }, (_, i) => Math.cos(i * i)));
    const seed = (n: number): Tensor => tensor(BigInt64Array.of(BigInt(n), 0n));
    const rotated = async (n: number) => {
      const [signed, back] = (await computed([x, seed(n)], ([v, s]) => {
        const y = hadamardRotation.forward(v as Output, s as Output);
        return [walshHadamard(y), hadamardRotation.inverse(y, s as Output)];
      })) as [Tensor, Tensor];
      expectClose(numbers(back), numbers(x));
      return numbers(signed).map((v, i) => v / (x.data[i] as number));
    };
    const [first, second] = [await rotated(1), await rotated(2)];
    for (const signs of [first, second]) {
      expectClose(signs.map(Math.abs), repeat(4096, 1), 2);
      // Six standard deviations of fair coins: 6 · √4096 / 2.
      expect(Math.abs(signs.filter((v) => v < 0).length - 2048)).toBeLessThan(192);
    }
    const differing = first.filter((v, i) => Math.sign(v) !== Math.sign(second[i] as number)).length;
    expect(Math.abs(differing - 2048)).toBeLessThan(192);
  });

  it('pads to the next power of 2', () => {
    expect([0, 1, 2, 3, 5, 64, 65].map(hadamardRotation.paddedSize)).toEqual([1, 1, 2, 4, 8, 64, 128]);
  });
});
