import { describe, expect, it } from 'vitest';
import { ClientComputation, Computation, failedItem } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { op } from '../../src/graph/ops/core.js';
import { add, mul } from '../../src/graph/ops/math.js';
import { type Tensor, tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import type { Tree } from '../../src/tree.js';

const SCALAR = tensorSpec([]) as TensorSpec;
const numbers = (tree: readonly Tensor[]) => tree.map((t) => Number(t.data[0]));
const checked = (x: Output): Output => op('CheckNumerics', [x], { message: 'x' });

describe('Computation', () => {
  it('gives an output twice, an input as it is, and nothing', async () => {
    using all = Computation.compile<Tensor[]>([SCALAR], (inputs) => {
      const [x] = inputs as Output[];
      const y = add(x as Output, 1);
      return [x as Output, y, y, x as Output];
    });
    expect(numbers(await all.run([tensor(2)]))).toEqual([2, 3, 3, 2]);
    using none = Computation.compile([SCALAR], () => ({ a: [], b: {} }));
    expect(await none.run([tensor(2)])).toEqual({ a: [], b: {} });
  });

  it('refuses inputs that do not fit, goes on after a failure, and ends with dispose', async () => {
    using computation = Computation.compile<Tensor[]>([SCALAR], (inputs) => [checked((inputs as Output[])[0] as Output)]);
    await expect(computation.run([])).rejects.toThrow('`inputs` must be 1 tensors, received 0');
    await expect(computation.run([tensor([1])])).rejects.toThrow('`inputs[0]` must be a tensor float32[]');
    await expect(computation.run([tensor(1, [], 'int32')])).rejects.toThrow(/float32\[\]/);
    await expect(computation.run([tensor(Number.NaN)])).rejects.toMatchObject({ name: 'TensorFlowError', code: 'INVALID_ARGUMENT' });
    expect(numbers(await computation.run([tensor(4)]))).toEqual([4]);
    computation.dispose();
    computation.dispose();
    await expect(computation.run([tensor(4)])).rejects.toThrow('the computation has been disposed');
  });
});

describe('ClientComputation', () => {
  const compiled = () =>
    ClientComputation.compile([SCALAR], SCALAR, (shared, item) => ({
      combined: { sum: mul((shared as Output[])[0] as Output, checked(item as Output)) },
      returned: [add(item as Output, 1)],
    }));

  it('combines what clients give, and gives back what is theirs', async () => {
    const computation = compiled();
    const accumulator = computation.accumulator();
    const returned = await computation.runMany(
      [tensor(10)],
      [1, 2, 3].map((v) => tensor(v)),
      accumulator,
      0,
      null,
    );
    expect(returned.map((r) => numbers(r as Tensor[]))).toEqual([[2], [3], [4]]);
    expect(numbers(Object.values(accumulator.take(3) as Record<string, Tensor>))).toEqual([60]);
    const stacked = computation.accumulator(['stack']);
    await computation.runMany(
      [tensor(1)],
      [5, 6].map((v) => tensor(v)),
      stacked,
      0,
      null,
    );
    expect(Array.from((stacked.take(2) as Record<string, Tensor>).sum?.data as Float32Array)).toEqual([5, 6]);
    computation.dispose();
  });

  it('knows the memory of what a client gives, but for what has no size yet', () => {
    const computation = ClientComputation.compile([], tensorSpec([null, 3]) as TensorSpec, (_, item, graph) => ({
      combined: { kernel: graph.constant(new Float32Array(10), 'float32', [5, 2]), count: graph.constant(1n, 'int64') },
      returned: [graph.constant(1, 'float64'), item as Output],
    }));
    expect(computation.resultBytes).toBe(40 + 8 + 8);
    computation.dispose();
  });

  it('names a client that fails by its place in the list of the user', async () => {
    const computation = compiled();
    const run = (positions?: number[]) => {
      const accumulator = computation.accumulator();
      const items: Tree<Tensor>[] = [tensor(1), tensor(Number.NaN)];
      return computation.runMany([tensor(1)], items, accumulator, 4, null, positions).finally(() => accumulator.dispose());
    };
    const error = await run([7, 9]).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'TensorFlowError', message: expect.stringMatching(/^clients\[9\]: /) });
    expect(failedItem(error)).toBe(1);
    await expect(run()).rejects.toThrow(/^clients\[5\]: /);
    expect(failedItem(new Error('another'))).toBeUndefined();
    computation.dispose();
  });
});
