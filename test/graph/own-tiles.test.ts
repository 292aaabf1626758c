import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DType } from '../../src/dtype.js';
import { Computation } from '../../src/graph/computation.js';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { cast, mul } from '../../src/graph/ops/math.js';
import { biasAdd, conv2d, matMul, type Padding, relu } from '../../src/graph/ops/nn.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { isTiledGradient } from '../../src/graph/own-tiles.js';
import { binding } from '../../src/native/loader.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { type Shape, tensorSpec } from '../../src/tensor-spec.js';
import { assertNumbersClose, numbersOf } from '../../src/testing/compare.js';
import { normals } from './normals.js';

const processor = (tiles: boolean): void => {
  vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(true);
  // A processor that has none computes the same, one number at a time.
  vi.spyOn(binding(), 'hasTiles').mockReturnValue(tiles);
};
afterEach(() => vi.restoreAllMocks());

type Build = (inputs: readonly [Output, Output, Output, Output]) => Output[];

/** Of numbers that `bfloat16` holds, so that the same are computed with in each type. */
async function evaluated(shapes: readonly Shape[], dtype: DType, build: Build): Promise<{ types: string[]; values: number[][] }> {
  const inputs = shapes.map((shape, i) => {
    const t = normals(shape as number[], i + 1);
    return tensor(
      numbersOf(t).map((v) => Math.round(8 * v) / 8),
      t.shape,
    );
  });
  const added = vi.spyOn(binding(), 'graphAddOperation');
  // The number of images is not known when the graph is built.
  const specs = inputs.map(({ shape }, i) => tensorSpec(i === 1 || i === 2 ? shape : [null, ...shape.slice(1)]));
  using computation = Computation.compile(specs, (all) =>
    build((all as Output[]).map((x) => cast(x, dtype)) as [Output, Output, Output, Output]).map((y) => cast(y, 'float32')),
  );
  const values = ((await computation.run(inputs)) as unknown as Tensor[]).map(numbersOf);
  const types = added.mock.calls.map(([, type]) => type).filter((type) => /Conv|Bias|Relu|MatMul/.test(type));
  added.mockRestore();
  return { types, values };
}

/** Rounded once, by default. */
const close = (found: number[][], expected: number[][], tolerance = 2 ** -7): void =>
  found.forEach((values, i) => {
    const size = (expected[i] as number[]).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    assertNumbersClose(values, expected[i] as number[], `result ${i}`, { relative: tolerance, absolute: size * tolerance });
  });

describe('with tiles, the gradient of a filter', () => {
  beforeEach(() => processor(true));

  test.each([
    ['same', [3, 9, 8, 3], [3, 3, 3, 20], [3, 9, 8, 20]],
    ['valid', [3, 9, 8, 3], [3, 2, 3, 20], [3, 7, 7, 20]],
    ['same', [2, 14, 14, 32], [5, 5, 32, 16], [2, 14, 14, 16]],
  ] as const)('is the rounded sum of products: padding %s, %j', async (padding, x, filter, y) => {
    const build: Build = ([images, taps, , weights]) => {
      const d_filter = gradients([sum(mul(conv2d(images, taps, [1, 1], padding), weights))], [taps])[0] as Output;
      expect(d_filter.shape).toEqual(filter);
      return [d_filter];
    };
    const shapes = [x, filter, [1], y];
    const found = await evaluated(shapes, 'bfloat16', build);
    expect(found.types).toContain('FedkerasTiledConv2DBackpropFilter');
    close(found.values, (await evaluated(shapes, 'float32', build)).values);
  });

  test('has gradients', async () => {
    const build: Build = ([images, taps, outputs, weights]) => {
      const dy = mul(conv2d(images, taps, [1, 1], 'valid'), outputs);
      const d_filter = gradients([sum(mul(dy, dy))], [taps])[0] as Output;
      return gradients([sum(mul(d_filter, weights))], [images, taps]) as Output[];
    };
    const shapes = [
      [2, 5, 6, 3],
      [3, 3, 3, 4],
      [2, 3, 4, 4],
      [3, 3, 3, 4],
    ];
    const found = await evaluated(shapes, 'bfloat16', build);
    expect(found.types).toContain('FedkerasTiledConv2DBackpropFilter');
    // What lies between is rounded, too.
    close(found.values, (await evaluated(shapes, 'float32', build)).values, 2 ** -5);
  });
});

test('a product of large weights, which are rounded on the way, and its gradients', async () => {
  processor(true);
  const types: (string | undefined)[] = [];
  const build = async (dtype: DType): Promise<number[][]> => {
    const inputs = [normals([5, 520], 1), normals([520, 300], 2), normals([300], 3), normals([5, 300], 4)];
    const added = vi.spyOn(binding(), 'graphAddOperation');
    using computation = Computation.compile(
      inputs.map(({ shape }) => tensorSpec(shape)),
      (all) => {
        const [x, w, bias, weights] = all as [Output, Output, Output, Output];
        // Also where nothing else is rounded, so that the same numbers are computed with.
        const half = (y: Output): Output => cast(cast(y, 'bfloat16'), dtype);
        const y = relu(biasAdd(matMul(half(x), half(w)), half(bias)));
        return [y, ...(gradients([sum(mul(y, half(weights)))], [x, w]) as Output[])].map((t) => cast(t, 'float32'));
      },
    );
    const values = ((await computation.run(inputs)) as unknown as Tensor[]).map(numbersOf);
    types.push(...added.mock.calls.map(([, type]) => type).filter((type) => /MatMul/.test(type)));
    added.mockRestore();
    return values;
  };
  const found = await build('bfloat16');
  // The gradient of the weights is libtensorflow's, or that of the op that takes their step.
  expect(types).toEqual([
    'FedkerasTiledMatMul',
    'FedkerasTiledMatMulBias',
    'FedkerasTiledMatMulBiasRelu',
    'FedkerasTiledMatMulTransposedB',
    'MatMul',
  ]);
  close(found, await build('float32'));
});

/** The op that libtensorflow is given for a product of weights in `float32` that are rounded. */
function productOf(x: Shape, w: Shape, options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}, isRounded = true) {
  const added = vi.spyOn(binding(), 'graphAddOperation');
  const graph = new Graph();
  const weights = graph.placeholder({ shape: w, dtype: isRounded ? 'float32' : 'bfloat16' });
  matMul(graph.placeholder({ shape: x, dtype: 'bfloat16' }), isRounded ? cast(weights, 'bfloat16') : weights, options);
  expect(graph.operations.at(-1)?.type).toBe('MatMul');
  const type = added.mock.calls.at(-1)?.[1];
  graph.dispose();
  added.mockRestore();
  return type;
}

test('the op is ours for products of large weights in float32', () => {
  processor(true);
  expect(productOf([null, 512], [512, 256])).toBe('FedkerasTiledMatMul');
  expect(productOf([null, 256], [512, 256], { transposeB: true })).toBe('FedkerasTiledMatMulTransposedB');
  expect(productOf([128, 512], [512, 256])).toBe('FedkerasTiledMatMul');
  expect(productOf([129, 512], [512, 256])).toBe('MatMul');
  expect(productOf([64, 4], [64, 2048], { transposeA: true })).toBe('MatMul');
  expect(productOf([null, 512], [512, 255])).toBe('MatMul');
  expect(productOf([null, 512], [512, null])).toBe('MatMul');
  expect(productOf([null, 512], [512, 256], {}, false)).toBe('MatMul');
  processor(false);
  expect(productOf([null, 512], [512, 256])).toBe('MatMul');
});

type Options = {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly padding?: Padding;
  readonly dtype?: DType;
};

/** The ops that libtensorflow is given for the gradient of a filter. */
function gradientOf(
  x: Shape,
  filter: Shape,
  { strides = [1, 1], dilations = [1, 1], padding = 'same', dtype = 'bfloat16' }: Options = {},
  options = {},
) {
  const added = vi.spyOn(binding(), 'graphAddOperation');
  const graph = new Graph(null, options);
  const [images, taps] = [x, filter].map((shape) => graph.placeholder({ shape, dtype })) as [Output, Output];
  gradients([sum(conv2d(images, taps, strides, padding, dilations))], [taps]);
  const types = added.mock.calls.map(([, type]) => type).filter((type) => type.endsWith('BackpropFilter'));
  graph.dispose();
  added.mockRestore();
  return [...new Set(types)].join();
}

test('the op is ours for gradients of filters in bfloat16 without strides, dilations and groups', () => {
  processor(true);
  const x = [null, 8, 8, 4];
  const filter = [3, 3, 4, 8];
  expect(gradientOf(x, filter)).toBe('FedkerasTiledConv2DBackpropFilter');
  expect(gradientOf([null, null, null, 4], filter, { padding: 'valid' })).toBe('FedkerasTiledConv2DBackpropFilter');
  // Taps that are apart are those of a larger filter.
  expect(gradientOf(x, filter, { dilations: [2, 2] })).toBe('FedkerasTiledConv2DBackpropFilter');
  expect(gradientOf(x, filter, { strides: [2, 2] })).toBe('Conv2DBackpropFilter');
  expect(gradientOf(x, [null, 3, 4, 8])).toBe('Conv2DBackpropFilter');
  expect(gradientOf(x, filter, { dtype: 'float64' })).toBe('Conv2DBackpropFilter');
  expect(gradientOf(x, filter, {}, { portable: true })).toBe('Conv2DBackpropFilter');
  // Where neither shape is known.
  expect(isTiledGradient({ dtype: 'bfloat16', shape: null } as Output, [], { padding: 'SAME' })).toBe(false);
  processor(false);
  expect(gradientOf(x, filter)).toBe('Conv2DBackpropFilter');
});
