import { describe, expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { ifElse } from '../../src/graph/loop.js';
import { op } from '../../src/graph/ops/core.js';
import { greater, mul } from '../../src/graph/ops/math.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';

describe('ifElse', () => {
  it('runs what is done to the inputs in their branch alone', async () => {
    // A singular matrix has no inverse: finding it is an error.
    const computation = Computation.compile<Tensor[]>([tensorSpec([2, 2], 'float32')], (feeds) => {
      const [x] = feeds as [Output];
      return ifElse(
        x.graph,
        greater(sum(x), 0),
        ([own]) => [op('MatrixInverse', [own as Output])],
        ([own]) => [mul(own as Output, 3)],
        [x],
      );
    });
    const run = async (values: number[]) => Array.from((await computation.run([tensor(values, [2, 2])]))[0]?.data as Float32Array);
    expect(await run([2, 0, 0, 4])).toEqual([0.5, 0, 0, 0.25]);
    expect(await run([-1, -1, -1, -1])).toEqual([-3, -3, -3, -3]);
    await expect(run([1, 1, 1, 1])).rejects.toThrow(/not invertible/);
  });
});
