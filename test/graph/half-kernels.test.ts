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

  test.each(['same', 'valid'] as const)('pooled places are known when the graph is built, padding %s', async (padding) => {
    processor();
    const x = normals([2, 7, 5, 3], 1);
    let shape: unknown;
    using computation = Computation.compile(tensorSpec([null, 7, 5, 3]), (input) => {
      const wide = narrow(input as Output);
      const y = maxPool(wide, [3, 2], [2, 2], padding);
      shape = y.shape;
      return [cast(y, 'float32'), maxPool(cast(wide, 'float32'), [3, 2], [2, 2], padding), ...(gradients([sum(y)], [wide]) as Output[])];
    });
    const [y, expected, dx] = (await computation.run(x)) as unknown as [Tensor, Tensor, Tensor];
    expect(shape).toEqual(padding === 'same' ? [null, 4, 3, 3] : [null, 3, 2, 3]);
    expect(y.shape).toEqual([2, ...(shape as number[]).slice(1)]);
    expect(y.data).toEqual(expected.data);
    // Each of the windows has one element that a gradient of 1 goes to.
    expect(numbersOf(dx).reduce((a, v) => a + v, 0)).toBe((y.data as Float32Array).length);
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
