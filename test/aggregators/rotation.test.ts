import { describe, expect, it } from 'vitest';
import { aggregators, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { flatten, type Tree } from '../../src/tree.js';
import { aggregate, expectClose, numbers, repeat, rounds, scalars } from './fixtures.js';
import { moments } from './moments.js';

const { discreteFourierTransform, hadamardTransform, mean, sum, unweightedMean } = aggregators;

const oneHot = (index: number, size: number): Tensor => tensor(Float32Array.from({ length: size }, (_, i) => (i === index ? 1 : 0)));

/** An inner sum that shows what it is given. */
function spy() {
  const specs: Tree<TensorSpec>[] = [];
  const inner = sum();
  const parts = inner.parts.bind(inner);
  inner.parts = (given) => {
    specs.push(given);
    return { ...parts(given), server: (state, combined) => ({ state, result: combined.sum, measurements: { given: combined.sum } }) };
  };
  return { inner, specs };
}

// Numbers of TFF's hadamard_test and discrete_fourier_transform tests (contract F.6).
describe.each([
  ['hadamardTransform', hadamardTransform, { 5: 8, 24: 32, 45: 64 }],
  ['discreteFourierTransform', discreteFourierTransform, { 5: 6, 24: 24, 45: 46 }],
] as const)('%s', (_, rotation, padded) => {
  it('changes no sum and no mean', async () => {
    for (const numRepeats of [1, 3]) {
      const sums = await rounds(rotation({ numRepeats }), repeat(3, [1, 2, 3].map(scalars)));
      expectClose(
        sums.flatMap((r) => r.numbers),
        [6, 6, 6],
      );
      const means = await rounds(rotation({ inner: unweightedMean(), numRepeats }), repeat(3, [1, 2, 3, 4].map(scalars)));
      expectClose(
        means.flatMap((r) => r.numbers),
        [2.5, 2.5, 2.5],
      );
      expectClose((await aggregate(rotation({ inner: mean(), numRepeats }), [-1, 5].map(scalars))).numbers, [2]);
    }
    expect([rotation().weighted, rotation({ inner: mean() }).weighted]).toEqual([false, true]);
  });

  it('pads each leaf', () => {
    const { inner, specs } = spy();
    rotation({ inner }).parts([5, [2, 3, 4], [3, 5, 3]].map((shape) => tensorSpec([shape].flat()) as TensorSpec));
    expect(flatten(specs).map(String)).toEqual(Object.values(padded).map((size) => `float32[${size}]`));
  });

  it('gives back structures and element types', async () => {
    const value = { a: tensor([1, 2, 3]), b: [tensor([[4, 5, 6, 7, 8]], [1, 5], 'float64'), tensor(9)] };
    const { result } = await aggregate(rotation(), [value, value]);
    expect(result).toMatchObject({ a: { shape: [3], dtype: 'float32' }, b: [{ shape: [1, 5], dtype: 'float64' }, { shape: [] }] });
    expectClose(numbers(result), [2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  it('rotates at random, in every round another way, and keeps the length', async () => {
    const { inner } = spy();
    const outputs = await rounds(rotation({ inner }), repeat(2, [oneHot(3, 256)]));
    const given = outputs.map((r) => numbers(r.measurements.given as Tensor));
    expect(given[0]).not.toEqual(given[1]);
    for (const rotated of given) {
      expect(Math.hypot(...rotated)).toBeCloseTo(1, 5);
      expect(Math.max(...rotated.map(Math.abs))).toBeLessThan(0.1);
    }
    const [again] = await rounds(rotation({ inner, seed: 1 }), [[oneHot(3, 256)]]);
    expect(numbers(again?.measurements.given as Tensor)).not.toEqual(given[0]);
  });

  it('spreads one large entry over all', async () => {
    const { inner } = spy();
    const [output] = await rounds(rotation({ inner }), [[tensor(Array.from({ length: 256 }, (_, i) => (i === 17 ? 256 : 0)))]]);
    const given = numbers(output?.measurements.given as Tensor);
    const { mean: middle, deviation } = moments(given);
    expect(Math.abs(middle)).toBeLessThanOrEqual(16);
    expect(deviation ** 2 + middle ** 2).toBeCloseTo(256, 2);
    if (rotation === hadamardTransform) expectClose(given.map(Math.abs), repeat(256, 16), 3);
  });

  it('refuses what it cannot rotate', () => {
    expect(() => rotation({ numRepeats: 0 })).toThrow(RangeError);
    expect(() => rotation({ inner: 1 as never })).toThrow(TypeError);
    expect(() => rotation().parts(tensorSpec([2], 'int32') as TensorSpec)).toThrow('must be floating-point');
    expect(() => rotation().parts(tensorSpec([null]) as TensorSpec)).toThrow('must have known sizes');
  });
});
