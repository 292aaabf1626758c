import { describe, expect, test, vi } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { descended } from '../../src/graph/descent.js';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { whileLoop } from '../../src/graph/loop.js';
import { reshape } from '../../src/graph/ops/array.js';
import { add, cast, less, mul, sub, tanh } from '../../src/graph/ops/math.js';
import { biasAdd, matMul } from '../../src/graph/ops/nn.js';
import { mean } from '../../src/graph/ops/reduce.js';
import { binding } from '../../src/native/loader.js';
import type { Tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { normals } from './normals.js';

/** Four steps of descent of a layer and a second use of its weights, in a loop. */
async function trained(
  step: (w: Output, gradient: Output) => Output,
  width: number,
): Promise<{ after: number[]; types: string[]; w: Tensor }> {
  const [w, x] = [normals([12, width], 1), normals([5, 12], 2)];
  let types: string[] = [];
  using computation = Computation.compile([tensorSpec([12, width]), tensorSpec([null, 12])], (inputs, graph) => {
    const [start, rows] = inputs as [Output, Output];
    const [, after] = whileLoop(
      graph,
      [graph.constant(0, 'int32'), start],
      ([i]) => less(i as Output, 4),
      ([i, current]) => {
        const weights = current as Output;
        const loss = mean(mul(tanh(matMul(rows, weights)), 3));
        const next = step(weights, gradients([loss], [weights])[0] as Output);
        types = weights.graph.operations.map((o) => o.type);
        return [add(i as Output, 1), next];
      },
    );
    return [after as Output];
  });
  const [after] = (await computation.run([w, x])) as unknown as [Tensor];
  return { after: [...(after.data as Float32Array)], types, w };
}

describe('a step of gradient descent', () => {
  test('waits for what reads the weights, and has nothing run that is not read', () => {
    vi.spyOn(binding(), 'multipliesBfloat16').mockReturnValue(true);
    // The products read the weights as they are, then: the conversion, and the product without the bias, are read by nothing.
    vi.spyOn(binding(), 'hasTiles').mockReturnValue(true);
    const added = vi.spyOn(binding(), 'graphAddOperation');
    const graph = new Graph();
    const [x, w, b] = [[4, 512], [512, 256], [256]].map((shape) => graph.placeholder({ shape, dtype: 'float32' })) as [
      Output,
      Output,
      Output,
    ];
    const half = (t: Output): Output => cast(t, 'bfloat16');
    const rows = half(x);
    const y = biasAdd(matMul(rows, half(w)), half(b));
    const [gradient, before] = gradients([mean(tanh(cast(y, 'float32')))], [w, x]) as [Output, Output];
    tanh(before);
    descended(w, gradient);
    const types = new Map(added.mock.results.map(({ value }, i) => [value.op, added.mock.calls[i]?.[1]]));
    const step = added.mock.calls.find(([, type]) => type === 'FedkerasSubtractProduct');
    expect(step?.[5].map((id) => types.get(id))).toEqual(['FedkerasTiledMatMulBias', 'FedkerasTiledMatMulTransposedB']);
    graph.dispose();
    vi.restoreAllMocks();
  });

  test.each([1, 8, 45])('with weights %i wide is the difference, in one op, and leaves what it was given', async (width) => {
    const found = await trained(descended, width);
    const expected = await trained(sub, width);
    expect(found.types).toContain('FedkerasSubtractProduct');
    expect(found.types).not.toContain('Sub');
    expect(Math.max(...found.after.map((v, i) => Math.abs(v - (expected.after[i] as number))))).toBeLessThan(1e-6);
    expect(found.after).not.toEqual([...(found.w.data as Float32Array)]);
    expect(found.w.data).toEqual(normals([12, width], 1).data);
  });

  test('of a bias is one op, too', async () => {
    const [bias, x] = [normals([7], 3), normals([2, 5, 7], 4)];
    const stepped = async (step: (w: Output, gradient: Output) => Output): Promise<{ after: number[]; type: string }> => {
      let type = '';
      using computation = Computation.compile([tensorSpec([7]), tensorSpec([null, 5, 7])], (inputs) => {
        const [b, rows] = inputs as [Output, Output];
        const next = step(b, gradients([mean(tanh(biasAdd(rows, b)))], [b])[0] as Output);
        ({ type } = next.operation);
        return [next];
      });
      const [after] = (await computation.run([bias, x])) as unknown as [Tensor];
      return { after: [...(after.data as Float32Array)], type };
    };
    const found = await stepped(descended);
    const expected = await stepped(sub);
    expect([found.type, expected.type]).toEqual(['FedkerasSubtractSum', 'Sub']);
    expect(Math.max(...found.after.map((v, i) => Math.abs(v - (expected.after[i] as number))))).toBeLessThan(1e-6);
  });

  test('of a bias runs nothing that is not needed besides', async () => {
    using computation = Computation.compile([tensorSpec([7]), tensorSpec([null, 7]), tensorSpec([null, null])], (inputs) => {
      const [b, rows, narrow] = inputs as [Output, Output, Output];
      biasAdd(narrow, b);
      return [descended(b, gradients([mean(tanh(biasAdd(rows, b)))], [b])[0] as Output)];
    });
    // What reads the bias without need would fail: it has seven values.
    const [after] = (await computation.run([normals([7], 3), normals([5, 7], 4), normals([5, 6], 5)])) as unknown as [Tensor];
    expect(after.shape).toEqual([7]);
  });

  test('of weights and biases of several axes, used as a matrix and a vector, is in one op each', async () => {
    const [w, b, x] = [normals([12, 2, 4], 1), normals([2, 4], 2), normals([5, 12], 3)];
    const stepped = async (step: (w: Output, gradient: Output) => Output): Promise<{ after: number[]; types: string[] }> => {
      let types: string[] = [];
      using computation = Computation.compile([tensorSpec([12, 2, 4]), tensorSpec([2, 4]), tensorSpec([null, 12])], (inputs, graph) => {
        const [start, startOfBias, rows] = inputs as [Output, Output, Output];
        const [, ...after] = whileLoop(
          graph,
          [graph.constant(0, 'int32'), start, startOfBias],
          ([i]) => less(i as Output, 4),
          ([i, kernel, bias]) => {
            const current = [kernel, bias] as Output[];
            const [flat, added] = [reshape(kernel as Output, [12, 8]), reshape(bias as Output, [8])];
            const loss = mean(mul(tanh(biasAdd(matMul(rows, flat), added)), 3));
            const slopes = gradients([loss], current) as Output[];
            const next = current.map((value, k) => step(value, slopes[k] as Output));
            types = (kernel as Output).graph.operations.map((o) => o.type);
            return [add(i as Output, 1), ...next];
          },
        );
        return after;
      });
      const after = (await computation.run([w, b, x])) as unknown as Tensor[];
      expect(after.map(({ shape }) => shape)).toEqual([w.shape, b.shape]);
      return { after: after.flatMap(({ data }) => [...(data as Float32Array)]), types };
    };
    const [found, expected] = [await stepped(descended), await stepped(sub)];
    expect(found.types).toEqual(expect.arrayContaining(['FedkerasSubtractProduct', 'FedkerasSubtractSum']));
    expect(found.types).not.toContain('Sub');
    expect(Math.max(...found.after.map((v, i) => Math.abs(v - (expected.after[i] as number))))).toBeLessThan(1e-6);
    expect([w.data, b.data]).toEqual([normals([12, 2, 4], 1).data, normals([2, 4], 2).data]);
  });

  test('by a gradient that is no product is the difference itself', async () => {
    const halved = (w: Output, gradient: Output): Output => descended(w, mul(gradient, 0.5));
    const found = await trained(halved, 8);
    expect(found.types).not.toContain('FedkerasSubtractProduct');
    expect(found.after).toEqual((await trained((w, gradient) => sub(w, mul(gradient, 0.5)), 8)).after);
  });
});
