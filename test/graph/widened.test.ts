import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { cast, mul } from '../../src/graph/ops/math.js';
import { avgPool, batchMatMul, conv2d, conv3d, depthwiseConv2d, einsum, matMul } from '../../src/graph/ops/nn.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { binding } from '../../src/native/loader.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { assertNumbersClose, numbersOf } from '../../src/testing/compare.js';
import { normals } from './normals.js';

type Product = (a: Output, b: Output) => Output;

/** The values of `fn` and its gradients, and the types of its ops, for operands rounded to `bfloat16` that are put in as `dtype`. */
async function evaluated(fn: Product, shapes: readonly (readonly number[])[], dtype: 'bfloat16' | 'float32', round = dtype === 'bfloat16') {
  const values = shapes.map((shape, i) => normals(shape, i + 1));
  let types: string[] = [];
  using computation = Computation.compile(
    shapes.map((shape) => tensorSpec(shape)),
    (inputs, graph) => {
      const xs = (inputs as Output[]).map((x) => cast(cast(x, 'bfloat16'), dtype)) as [Output, Output];
      const y = fn(...xs);
      // Another number for each, so that no two places can be mistaken for each other; of few digits.
      const weights = cast(cast(graph.constant(normals((y.shape as number[]).map(Number), 9)), 'bfloat16'), dtype);
      const results = [y, ...(gradients([sum(cast(mul(y, weights), 'float32'))], xs) as Output[])];
      types = graph.operations.map((o) => `${o.type} ${o.inputs[0]?.dtype}`);
      return results.map((r) => cast(round ? cast(r, 'bfloat16') : r, 'float32'));
    },
  );
  const found = (await computation.run(values)) as unknown as Tensor[];
  return { values: found.map(numbersOf), types };
}

const CASES: readonly (readonly [string, string, Product, readonly (readonly number[])[]])[] = [
  [
    'a product',
    'MatMul',
    (a, b) => matMul(a, b, { transposeB: true }),
    [
      [5, 37],
      [3, 37],
    ],
  ],
  [
    'products',
    'BatchMatMulV2',
    (a, b) => batchMatMul(a, b),
    [
      [2, 5, 7],
      [2, 7, 3],
    ],
  ],
  [
    "Einstein's sum",
    'Einsum',
    (a, b) => einsum('abc,cd->abd', [a, b]),
    [
      [2, 3, 5],
      [5, 4],
    ],
  ],
  [
    'a convolution from few channels',
    'FedkerasConv2DSame',
    (a, b) => conv2d(a, b, [1, 1], 'same'),
    [
      [2, 9, 7, 1],
      [5, 5, 1, 6],
    ],
  ],
  [
    'a convolution by minimal filtering',
    'FedkerasConv2DValid',
    (a, b) => conv2d(a, b, [1, 1], 'valid'),
    [
      [2, 9, 7, 16],
      [3, 3, 16, 16],
    ],
  ],
  [
    'a convolution with strides',
    'Conv2D',
    (a, b) => conv2d(a, b, [2, 2], 'same'),
    [
      [2, 9, 7, 3],
      [3, 3, 3, 4],
    ],
  ],
  [
    'a convolution of volumes',
    'Conv3D',
    (a, b) => conv3d(a, b, [1, 1, 1], 'same'),
    [
      [1, 4, 5, 4, 2],
      [2, 2, 2, 2, 3],
    ],
  ],
  [
    'a convolution of each channel',
    'DepthwiseConv2dNative',
    (a, b) => depthwiseConv2d(a, b, [1, 1], 'same'),
    [
      [2, 6, 5, 3],
      [3, 3, 3, 2],
    ],
  ],
  ['means of windows', 'AvgPool', (a, b) => mul(avgPool(a, [3, 3], [2, 2], 'same'), b), [[2, 7, 5, 3], [3]]],
];

describe('heavy ops in bfloat16', () => {
  afterEach(() => vi.restoreAllMocks());

  describe('without instructions for it', () => {
    beforeEach(() => {
      vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(false);
    });

    test.each(CASES)('%s is that of float32, rounded, and so are its gradients', async (_name, type, fn, shapes) => {
      const found = await evaluated(fn, shapes, 'bfloat16');
      expect(found.types).toContain(`${type} float32`);
      expect(found.types.filter((t) => /MatMul|Conv|Einsum|Pool/.test(t) && t.endsWith('bfloat16'))).toEqual([]);
      const wide = await evaluated(fn, shapes, 'float32', true);
      // What is in float32 on both sides is rounded at other places where one op's result is the next one's input.
      found.values.forEach((values, i) => {
        assertNumbersClose(values, wide.values[i] as number[], `result ${i}`, { relative: 2 ** -7, absolute: 2 ** -6 });
      });
      expect(found.values[0]).toEqual(type === 'AvgPool' ? expect.anything() : wide.values[0]);
    });
  });

  test('are left as they are where the processor has instructions for it', async () => {
    vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(true);
    const { types } = await evaluated(
      matMul,
      [
        [2, 3],
        [3, 4],
      ],
      'bfloat16',
    );
    expect(types.filter((t) => t.startsWith('MatMul'))).toEqual(Array(3).fill('MatMul bfloat16'));
  });

  test.each([
    ['leave the process', { portable: true }],
    ['are compared with those of other machines', { fingerprinted: true }],
  ])('are left as they are in graphs that %s', (_what, options) => {
    vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(false);
    const graph = new Graph(null, options);
    const x = graph.placeholder({ shape: [2, 4, 4, 16], dtype: 'bfloat16' });
    const y = conv2d(x, graph.placeholder({ shape: [3, 3, 16, 16], dtype: 'bfloat16' }), [1, 1], 'same');
    expect([y.operation.type, y.operation.inputs[0]?.dtype, y.dtype]).toEqual(['Conv2D', 'bfloat16', 'bfloat16']);
    graph.dispose();
  });

  test('infinities and what is not a number stay what they are', async () => {
    vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(false);
    using computation = Computation.compile(tensorSpec([5, 1]), (x, graph) => [
      matMul(cast(x as Output, 'bfloat16'), cast(graph.constant([1], 'float32', [1, 1]), 'bfloat16')),
    ]);
    // The last one rounds up to infinity.
    const [y] = (await computation.run([
      tensor([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 3.4e38], [5, 1]),
    ])) as unknown as [Tensor];
    expect(y.dtype).toBe('bfloat16');
    expect(numbersOf(y)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, Number.POSITIVE_INFINITY]);
  });
});
