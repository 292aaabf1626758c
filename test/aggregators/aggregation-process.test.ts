import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { aggregators, configure, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { numbers, scalars } from './fixtures.js';

const pair = { a: tensorSpec([2]) as TensorSpec, b: [tensorSpec([]) as TensorSpec] };
const value = (a: readonly number[], b: number) => ({ a: tensor([...a]), b: [tensor(b)] });
const process = () => aggregators.mean().create(pair);

describe('an aggregation process', () => {
  it('takes values in the structure of its specs', async () => {
    const p = process();
    const { result } = await p.next(await p.initialize(), [value([1, 2], 3), value([3, 4], 5)], [1, 3]);
    expect(result).toMatchObject({ a: { data: Float32Array.of(2.5, 3.5) }, b: [{ data: Float32Array.of(4.5) }] });
  });

  it('takes weights as numbers or tensors', async () => {
    const p = aggregators.mean().create(tensorSpec([]) as TensorSpec);
    const state = await p.initialize();
    const { result } = await p.next(state, [1, 2].map(scalars), [tensor(3), 1]);
    expect(numbers(result)).toEqual([1.25]);
  });

  it('takes another number of clients each time, and its state any number of times', async () => {
    const p = aggregators.sum().create(tensorSpec([]) as TensorSpec);
    const state = await p.initialize();
    for (const n of [1, 5, 2, 100]) {
      const ones = Array.from({ length: n }, () => tensor(1));
      expect(numbers((await p.next(state, ones)).result)).toEqual([n]);
    }
  });

  it('has the same result at any concurrency', async () => {
    const values = Array.from({ length: 50 }, (_, i) => tensor(Math.fround(Math.sin(i) * 10 ** (i % 7))));
    const results: number[][] = [];
    for (const concurrency of [1, 2, 8]) {
      configure({ concurrency });
      const p = aggregators.mean().create(tensorSpec([]) as TensorSpec);
      results.push(numbers((await p.next(await p.initialize(), values)).result));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('refuses values that do not fit, and goes on', async () => {
    const p = process();
    const state = await p.initialize();
    const next = (values: unknown, weights?: unknown) => p.next(state, values as never, weights as never);
    const good = value([1, 2], 3);
    await expect(next(good)).rejects.toThrow('`values` must be a list with a value per client, received an object with the keys a, b');
    await expect(next([])).rejects.toThrow(new ValueError('`values` must be at least one, received none'));
    await expect(next([good, { a: good.a }])).rejects.toThrow(
      new ValueError('`values[1]` must have the structure of the specs: the top has the keys a, b in one and a in the other'),
    );
    await expect(next([{ a: 1, b: good.b }])).rejects.toThrow('`values[0]` must be a tensor float32[2], received 1');
    await expect(next([value([1, 2, 3], 4)])).rejects.toThrow(new ValueError('`values[0]` must be float32[2], received float32[3]'));
    await expect(next([{ a: tensor([1, 2], [2], 'int32'), b: good.b }])).rejects.toThrow(ValueError);
    await expect(next([good], [1, 2])).rejects.toThrow(new ValueError('`weights` must be 1, received 2'));
    await expect(next([good, good], [1, Number.NaN])).rejects.toThrow(
      new ValueError('`weights[1]` must be a finite number that is not negative, received NaN'),
    );
    await expect(next([good], [-1])).rejects.toThrow('not negative, received -1');
    await expect(next([good], ['1'])).rejects.toThrow('`weights[0]` must be a number that is not negative, received "1"');
    const of = (other: unknown) => p.next(other as never, [good]);
    await expect(of([])).rejects.toThrow('`state` must be a state of this process, received one of another aggregator');
    const robust = await aggregators.robust().create(pair).initialize();
    await expect(of(robust)).rejects.toThrow(ValueError);
    expect(numbers((await next([good])).result)).toEqual([1, 2, 3]);
  });
});
