import { afterEach, describe, expect, test, vi } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { descended } from '../../src/graph/descent.js';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { cast, mul } from '../../src/graph/ops/math.js';
import { biasAdd, matMul, maxPool, relu } from '../../src/graph/ops/nn.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { binding } from '../../src/native/loader.js';
import type { Tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { numbersOf } from '../../src/testing/compare.js';
import { normals } from './normals.js';

/** Rounded to the nearest `bfloat16`, the even one of two. */
function rounded(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer)[0] as number;
  const nearest = ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) << 16;
  return new Float32Array(Uint32Array.of(nearest >>> 0).buffer)[0] as number;
}
const narrow = (x: Output): Output => cast(x, 'bfloat16');

describe.each([
  ['without instructions for bfloat16', false],
  ['with them', true],
])('on a processor %s', (_name, multiplies) => {
  afterEach(() => vi.restoreAllMocks());
  const processor = () => vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(multiplies);

  test.each([1, 37])('a bias, Relu and their gradients are rounded as each op is: %i columns', async (columns) => {
    processor();
    const [x, b, w] = [normals([5, columns], 1), normals([columns], 2), normals([5, columns], 3)];
    using computation = Computation.compile(
      [x, b, w].map((t) => tensorSpec(t.shape)),
      (inputs) => {
        const [first, bias, weights] = (inputs as Output[]).map(narrow) as [Output, Output, Output];
        const y = relu(biasAdd(first, bias));
        return [y, ...(gradients([sum(mul(y, weights))], [first, bias]) as Output[])];
      },
    );
    const [y, dx, db] = ((await computation.run([x, b, w])) as unknown as Tensor[]).map(numbersOf) as [number[], number[], number[]];
    const [xs, bs, ws] = [x, b, w].map((t) => Array.from(t.data as Float32Array, rounded)) as [number[], number[], number[]];
    const expected = xs.map((v, i) => Math.max(rounded(v + (bs[i % columns] as number)), 0));
    expect(y).toEqual(expected);
    const gradient = ws.map((v, i) => ((expected[i] as number) > 0 ? v : 0));
    expect(dx).toEqual(gradient);
    // The order of five numbers' sum may decide the last place.
    const total = bs.map((_, c) => gradient.filter((_v, i) => i % columns === c).reduce((a, v) => a + v, 0));
    for (const [c, v] of total.entries()) expect(Math.abs((db[c] as number) - v)).toBeLessThanOrEqual(Math.abs(v) * 2 ** -7 + 1e-6);
  });

  test.each([
    ['same', 'bfloat16', 3],
    ['valid', 'bfloat16', 3],
    ['same', 'float32', 4],
    ['valid', 'float32', 4],
  ] as const)('pooled places are known when the graph is built: padding %s, %s', async (padding, dtype, channels) => {
    processor();
    const x = normals([2, 7, 5, channels], 1);
    let shape: unknown;
    using computation = Computation.compile(tensorSpec([null, 7, 5, channels]), (input) => {
      const own = cast(input as Output, dtype);
      const y = maxPool(own, [3, 2], [2, 2], padding);
      shape = y.shape;
      // A type of which there is no kernel of ours.
      const theirs = maxPool(cast(own, 'float64'), [3, 2], [2, 2], padding);
      return [cast(y, 'float32'), cast(theirs, 'float32'), ...(gradients([sum(y)], [own]) as Output[])];
    });
    const [y, expected, dx] = (await computation.run(x)) as unknown as [Tensor, Tensor, Tensor];
    expect(shape).toEqual(padding === 'same' ? [null, 4, 3, channels] : [null, 3, 2, channels]);
    expect(y.shape).toEqual([2, ...(shape as number[]).slice(1)]);
    expect(y.data).toEqual(expected.data);
    // Each of the windows has one element that a gradient of 1 goes to.
    expect(numbersOf(dx).reduce((a, v) => a + v, 0)).toBe((y.data as Float32Array).length);
  });

  test.each([1, 37])('a bias and Relu in float32 are one op where the bias is not a product’s: %i columns', async (columns) => {
    processor();
    const [x, b, w] = [normals([5, columns], 1), normals([columns], 2), normals([5, columns], 3)];
    using computation = Computation.compile(
      [x, b, w].map((t) => tensorSpec(t.shape)),
      (inputs) => {
        const [first, bias, weights] = inputs as [Output, Output, Output];
        const biased = biasAdd(first, bias);
        const y = relu(biased);
        return [y, biased, ...(gradients([sum(mul(y, weights))], [first, bias]) as Output[])];
      },
    );
    const results = ((await computation.run([x, b, w])) as unknown as Tensor[]).map(numbersOf);
    const [y, sums, dx, db] = results as [number[], number[], number[], number[]];
    const [xs, bs, ws] = [x, b, w].map(numbersOf) as [number[], number[], number[]];
    expect(sums).toEqual(xs.map((v, i) => Math.fround(v + (bs[i % columns] as number))));
    expect(y).toEqual(sums.map((v) => Math.max(v, 0)));
    // It multiplies, which gives zeros a sign.
    expect(dx.map((v) => v + 0)).toEqual(ws.map((v, i) => ((sums[i] as number) > 0 ? v : 0)));
    db.forEach((v, c) => {
      expect(v).toBeCloseTo(
        dx.filter((_, i) => i % columns === c).reduce((a, g) => a + g, 0),
        5,
      );
    });
  });

  test('a step of descent takes the sums as they are, in one op, for weights in float32', async () => {
    processor();
    const [w, b, x] = [normals([6, 9], 1), normals([9], 2), normals([4, 6], 3)];
    let types: string[] = [];
    using computation = Computation.compile(
      [w, b, x].map((t) => tensorSpec(t.shape)),
      (inputs, graph) => {
        const [weights, bias, rows] = inputs as [Output, Output, Output];
        const y = biasAdd(matMul(narrow(rows), narrow(weights)), narrow(bias));
        const found = gradients([sum(cast(y, 'float32'))], [weights, bias]) as [Output, Output];
        const after = [descended(weights, found[0]), descended(bias, found[1])];
        types = graph.operations.map((o) => o.type);
        return after;
      },
    );
    const [after, biases] = (await computation.run([w, b, x])) as unknown as [Tensor, Tensor];
    expect(types).toEqual(expect.arrayContaining(['FedkerasSubtractProduct', 'FedkerasSubtractSum']));
    const sums = Array.from({ length: 6 }, (_, k) =>
      [0, 1, 2, 3].reduce((a, row) => a + rounded((x.data as Float32Array)[row * 6 + k] as number), 0),
    );
    Array.from(after.data as Float32Array).forEach((v, i) => {
      expect(v).toBeCloseTo(((w.data as Float32Array)[i] as number) - (sums[Math.floor(i / 9)] as number), 5);
    });
    expect(Array.from(biases.data as Float32Array)).toEqual(Array.from(b.data as Float32Array, (v) => Math.fround(v - 4)));
  });
});

test('a bias in float32 is ours where libtensorflow does not take it into a product', () => {
  const added = vi.spyOn(binding(), 'graphAddOperation');
  const graph = new Graph();
  const [x, w, b] = [[2, 3], [3, 3], [3]].map((shape) => graph.placeholder({ shape, dtype: 'float32' })) as [Output, Output, Output];
  biasAdd(matMul(x, w), b);
  biasAdd(x, b);
  expect(added.mock.calls.map(([, type]) => type).filter((type) => type.endsWith('BiasAdd'))).toEqual(['BiasAdd', 'FedkerasBiasAdd']);
  graph.dispose();
  added.mockRestore();
});

test('what is the greatest, and a bias with Relu, are ours where our kernels are faster', () => {
  const typesOf = (build: (graph: Graph) => void, options = {}): string[] => {
    const added = vi.spyOn(binding(), 'graphAddOperation');
    const graph = new Graph(null, options);
    build(graph);
    const types = added.mock.calls.map(([, type]) => type).filter((type) => !/^(Placeholder|Const)$/.test(type));
    graph.dispose();
    added.mockRestore();
    return types;
  };
  const pooled =
    (channels: number | null, size = 2) =>
    (graph: Graph): void => {
      const x = maxPool(graph.placeholder({ shape: [null, 4, 4, channels], dtype: 'float32' }), [size, size], [2, 2], 'same');
      relu(biasAdd(x, graph.placeholder({ shape: [channels], dtype: 'float32' })));
    };
  // The first `FedkerasBiasAdd` is read by nothing.
  const ours = ['FedkerasBiasAdd', 'FedkerasBiasRelu'];
  expect(typesOf(pooled(4))).toEqual(['FedkerasMaxPool', ...ours]);
  expect(typesOf(pooled(3))).toEqual(['MaxPool', ...ours]);
  expect(typesOf(pooled(null))).toEqual(['MaxPool', ...ours]);
  // Our kernels number a window's places with 16 bits.
  expect(typesOf(pooled(4, 200))).toEqual(['MaxPool', ...ours]);
  expect(typesOf(pooled(4), { portable: true })).toEqual(['MaxPool', 'BiasAdd', 'Relu']);
  const dense = (graph: Graph): void => {
    const [x, w, b] = [[2, 3], [3, 3], [3]].map((shape) => graph.placeholder({ shape, dtype: 'float32' })) as [Output, Output, Output];
    relu(biasAdd(matMul(x, w), b));
  };
  expect(typesOf(dense)).toEqual(['MatMul', 'BiasAdd', 'Relu']);
});

test('graphs know our kernels as the ops that they compute', () => {
  const types = [{}, { portable: true }, { fingerprinted: true }].map((options) => {
    const graph = new Graph(null, options);
    const x = graph.placeholder({ shape: [2, 3], dtype: 'bfloat16' });
    relu(biasAdd(x, graph.placeholder({ shape: [3], dtype: 'bfloat16' })));
    const found = graph.operations.map((o) => o.type);
    graph.dispose();
    return found;
  });
  expect(types[0]).toEqual(['Placeholder', 'Placeholder', 'BiasAdd', 'Relu']);
  expect(types[1]).toEqual(types[0]);
  expect(types[2]).toEqual(types[0]);
});
