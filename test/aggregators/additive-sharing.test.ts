import { describe, expect, it } from 'vitest';
import { aggregators, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate } from './fixtures.js';

const { additiveSharing, sum } = aggregators;

/** What the server that adds masked values sees of one client. */
class Seen extends aggregators.Aggregator {
  readonly weighted = false;
  override parts(specs: TensorSpec) {
    const parts = additiveSharing().parts(specs);
    return {
      initialize: () => [],
      client: (...inputs: Parameters<typeof parts.client>) => ({ sum: parts.client(...inputs).sum }),
      server: sum().parts(specs).server,
    };
  }
}

describe('additiveSharing', () => {
  it('gives the sum modulo 2^64', async () => {
    const values = [2n ** 62n, 2n ** 62n, -5n, 7n].map((v) => ({ a: tensor([v, 1n]), b: tensor(v) }));
    const { result } = await aggregate(additiveSharing(), values);
    expect(result).toMatchObject({
      a: { data: BigInt64Array.of(-(2n ** 63n) + 2n, 4n) },
      b: { data: BigInt64Array.of(-(2n ** 63n) + 2n) },
    });
  });

  it('hides each value behind bits that look random, others every time', async () => {
    const zeros = tensor(new BigInt64Array(1000));
    const seen = async () => ((await aggregate(new Seen(), [zeros])).result as Tensor<'int64'>).data;
    const [first, second] = [await seen(), await seen()];
    expect(first).not.toEqual(second);
    // About half of all bits are set.
    const ones = [...first].reduce((n, v) => n + BigInt.asUintN(64, v).toString(2).replaceAll('0', '').length, 0);
    expect(Math.abs(ones / 64_000 - 0.5)).toBeLessThan(0.01);
  });

  it('gives every client masks of its own', async () => {
    const zeros = tensor(new BigInt64Array(40));
    const two = (await aggregate(new Seen(), [zeros, zeros])).result as Tensor<'int64'>;
    // Twice the same mask would be even.
    expect([...two.data].some((v) => v % 2n !== 0n)).toBe(true);
  });

  it('takes int64 only', () => {
    expect(() => additiveSharing().parts(tensorSpec([]) as TensorSpec)).toThrow(
      '`specs` of additiveSharing must be int64, received float32[]',
    );
  });
});
