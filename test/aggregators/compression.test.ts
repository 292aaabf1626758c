/** What all compressions have in common, shown with a code that is easy to follow. */
import { describe, expect, it } from 'vitest';
import { type Codec, Compression } from '../../src/aggregators/compression.js';
import { randomUniform } from '../../src/graph/ops/random.js';
import { aggregators, ops, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, expectClose, numbers, repeat, rounds, scalar } from './fixtures.js';

/** Half of what is sent, in 3 bits for each element and 5 for the vector. */
const half: Codec = { name: 'half', bits: (size) => 3 * size + 5, decoded: (x) => ops.mul(x, 0.5) };
/** A number that the seed decides. */
const seeded: Codec = {
  name: 'seeded',
  bits: () => 1,
  decoded: (x, seed) => ops.add(ops.mul(x, 0), randomUniform(seed, x.shape as number[])),
};

const value = { a: tensor([[1, 2, 3]]), b: [tensor(4), tensor([5, 6], undefined, 'float64')] };

describe('Compression', () => {
  it('gives the inner aggregator what is decoded, in the shapes and element types of the values', async () => {
    const { result, numbers: found } = await aggregate(new Compression(half, undefined), [value, value], [1, 3]);
    expectClose(found, [0.5, 1, 1.5, 2, 2.5, 3]);
    expect(result).toMatchObject({ a: { shape: [1, 3] }, b: [{ shape: [] }, { shape: [2], dtype: 'float64' }] });
    expectClose((await aggregate(new Compression(half, aggregators.sum()), [value, value])).numbers, [1, 2, 3, 4, 5, 6]);
    expect([new Compression(half, undefined).weighted, new Compression(half, aggregators.sum()).weighted]).toEqual([true, false]);
  });

  it('counts the bits of every leaf, client and round', async () => {
    const process = new Compression(half, undefined).create({
      a: tensorSpec([1, 3]),
      b: [tensorSpec([]), tensorSpec([2], 'float64')],
    } as never);
    // 14 + 8 + 11 for a client.
    let state = await process.initialize();
    for (const [clients, total] of [
      [2, 66],
      [1, 99],
      [3, 198],
    ] as const) {
      const output = await process.next(state, repeat(clients, value));
      ({ state } = output);
      const { numBits, totalBits } = output.measurements as Record<string, unknown>;
      expect([numBits, totalBits].map(scalar)).toEqual([33 * clients, total]);
    }
  });

  it('has another seed for every leaf, client and round', async () => {
    const outputs = await rounds(
      new Compression(seeded, aggregators.unweightedReservoirSampling({ sampleSize: 2 })),
      repeat(2, [value, value]),
    );
    const drawn = outputs.flatMap((output) => output.numbers);
    expect(drawn.length).toBe(24);
    expect(new Set(drawn).size).toBe(24);
    const again = await aggregate(new Compression(seeded, aggregators.unweightedReservoirSampling({ sampleSize: 2 })), [value, value]);
    expect(numbers(again.result)).toEqual(outputs[0]?.numbers);
  });

  it('refuses what it cannot code', () => {
    const parts = (spec: unknown) => () => new Compression(half, undefined).parts(spec as TensorSpec);
    expect(parts(tensorSpec([2], 'int32'))).toThrow('`specs` of half must be floating-point');
    expect(parts(tensorSpec([null]))).toThrow('`specs` of half must have known sizes');
    expect(() => new Compression(half, 1 as never)).toThrow('`inner` must be an aggregator, received 1');
  });
});
