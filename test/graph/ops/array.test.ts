/** What graph functions of shapes do beyond the op that they are made of. */
import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import {
  fill,
  indexAxis,
  product,
  reshapeLike,
  shapeOf,
  sizesOf,
  sliceAxis,
  split,
  transpose,
  unstack,
} from '../../../src/graph/ops/array.js';
import { add } from '../../../src/graph/ops/math.js';
import { type Tensor, tensor, tensorSpec } from '../../../src/index.js';
import type { TensorSpec } from '../../../src/tensor-spec.js';

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
async function computed(fn: (x: Output) => readonly Output[], shape: readonly (number | null)[] = [2, 3]): Promise<number[][]> {
  using computation = Computation.compile<Tensor[]>([tensorSpec(shape) as TensorSpec], (inputs) => [
    ...fn((inputs as Output[])[0] as Output),
  ]);
  return (await computation.run([matrix])).map((t) => Array.from(t.data as ArrayLike<number>, Number));
}

describe.each([[[2, 3]], [[null, 3]], [[null, null]]])('of a shape %j', (shape) => {
  it('sizes are numbers where they are known, else outputs, and right in both cases', async () => {
    const found = await computed((x) => {
      const sizes = sizesOf(x);
      expect(sizes.map((s) => typeof s === 'number')).toEqual(shape.map((s) => s !== null));
      const count = product(sizes, x);
      expect(typeof count === 'number').toBe(!shape.includes(null));
      return [
        shapeOf(x),
        shapeOf(x, 'int64'),
        add(x.graph.constant(0, 'int32'), count as Output),
        reshapeLike(fill(x.graph.constant([6], 'int32'), x.graph.constant(7)), x),
      ];
    }, shape);
    expect(found).toEqual([[2, 3], [2, 3], [6], [7, 7, 7, 7, 7, 7]]);
  });
});

describe('axes', () => {
  it('are sliced and indexed from both ends', async () => {
    const found = await computed((x) => [
      sliceAxis(x, 1, 1),
      sliceAxis(x, -1, 0, 2),
      sliceAxis(x, 1, -2, -1),
      sliceAxis(x, 1, 0, undefined, 2),
      indexAxis(x, 0, 1),
      indexAxis(x, -1, -1),
      indexAxis(x, 1, -2),
    ]);
    expect(found).toEqual([
      [2, 3, 5, 6],
      [1, 2, 4, 5],
      [2, 5],
      [1, 3, 4, 6],
      [4, 5, 6],
      [3, 6],
      [2, 5],
    ]);
  });

  it('stay as they are where there is nothing to do', async () => {
    await computed((x) => {
      expect([transpose(x, [0, 1]), split(x, 1, 0)[0]]).toEqual([x, x]);
      return [x];
    });
  });

  it('are not split into more parts than a graph has room for', async () => {
    await computed((x) => {
      const long = fill(x.graph.constant([2 ** 16 + 1], 'int32'), x.graph.constant(0));
      expect(() => unstack(long)).toThrow('an axis can be split into at most 65536 parts, received 65537');
      expect(() => split(long, 2 ** 17, 0)).toThrow('received 131072');
      return [x];
    });
    expect(await computed((x) => unstack(x, -1))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });
});
