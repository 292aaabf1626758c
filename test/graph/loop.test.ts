import { describe, expect, it } from 'vitest';
import { ClientComputation, Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { ifElse, whileLoop } from '../../src/graph/loop.js';
import { op } from '../../src/graph/ops/core.js';
import { add, cast, greater, less, mul } from '../../src/graph/ops/math.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../src/tensor-spec.js';

describe('whileLoop', () => {
  const rounds = (body: (x: Output, own: Output) => Output, condition: (i: Output, x: Output, own: Output) => Output) =>
    ClientComputation.compile([], [tensorSpec([2]) as TensorSpec], (_, feeds, graph) => {
      const [own] = feeds as [Output];
      const start = [graph.constant(0, 'int32'), graph.constant([1, 1], 'float32', [2]), graph.constant(5, 'int32')];
      const results = whileLoop(
        graph,
        start,
        ([i, x]) => condition(i as Output, x as Output, own),
        ([i, x, shared]) => [add(i as Output, 1), body(x as Output, own), shared as Output],
      );
      return { combined: { shared: cast(results[2] as Output, 'float32') }, returned: results.slice(0, 2) };
    });

  it('has variables that become each client’s own, and others that stay what all share', async () => {
    const computation = rounds(
      (x, own) => mul(x, own),
      (i) => less(i, 3),
    );
    expect(computation.isTogether).toBe(true);
    const accumulator = computation.accumulator();
    const clients = [2, 3, 4].map((value) => [tensor([value, 1])]);
    const results = (await computation.runMany([], clients, accumulator, 0, null)) as Tensor[][];
    expect(results.map(([i, x]) => [i?.data[0], ...Array.from((x as Tensor).data as Float32Array)])).toEqual([
      [3, 8, 1],
      [3, 27, 1],
      [3, 64, 1],
    ]);
    expect((accumulator.take(3) as Record<string, Tensor>).shared?.data[0]).toBe(15);
    computation.dispose();
  });

  it('gives each client what all share where a step says so', async () => {
    const computation = ClientComputation.compile([], [tensorSpec([2]) as TensorSpec], (_, feeds, graph) => {
      const [own] = feeds as [Output];
      const results = whileLoop(
        graph,
        [graph.constant(0, 'int32'), own],
        ([i]) => less(i as Output, 2),
        ([i]) => [add(i as Output, 1), graph.constant([3, 4], 'float32', [2])],
      );
      return { combined: [], returned: [results[1] as Output, mul(results[1] as Output, own)] };
    });
    expect(computation.isTogether).toBe(true);
    const clients = [[tensor([1, 2])], [tensor([5, -1])], [tensor([0, 1])]];
    const results = (await computation.runMany([], clients, computation.accumulator(), 0, null)) as Tensor[][];
    expect(results.map((tensors) => tensors.flatMap((t) => Array.from(t.data as Float32Array)))).toEqual([
      [3, 4, 3, 8],
      [3, 4, 15, -4],
      [3, 4, 0, 4],
    ]);
    computation.dispose();
  });

  it('goes on for each client alone where it depends on what they have how long', async () => {
    const computation = rounds(
      (x, own) => mul(x, own),
      (_, x) => less(sum(x), 10),
    );
    expect(computation.isTogether).toBe(false);
    const results = (await computation.runMany([], [[tensor([2, 2])], [tensor([3, 3])]], computation.accumulator(), 0, null)) as Tensor[][];
    expect(results.map(([i]) => i?.data[0])).toEqual([3, 2]);
    computation.dispose();
  });
});

describe('ifElse', () => {
  it('lets clients decide for themselves', async () => {
    const computation = ClientComputation.compile([], [tensorSpec([2]) as TensorSpec], (_, feeds, graph) => {
      const [x] = feeds as [Output];
      const either = ifElse(
        graph,
        greater(sum(x), 0),
        ([own]) => [mul(own as Output, 2), x],
        ([own]) => [own as Output, mul(x, 0)],
        [x],
      );
      return { combined: [], returned: either };
    });
    expect(computation.isTogether).toBe(true);
    const clients = [
      [1, 2],
      [-3, 1],
      [4, -1],
    ].map((values) => [tensor(values)]);
    const results = (await computation.runMany([], clients, computation.accumulator(), 0, null)) as Tensor[][];
    expect(results.map((tensors) => tensors.map((t) => Array.from(t.data as Float32Array)))).toEqual([
      [
        [2, 4],
        [1, 2],
      ],
      [
        [-3, 1],
        [-0, 0],
      ],
      [
        [8, -2],
        [4, -1],
      ],
    ]);
    computation.dispose();
  });

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
