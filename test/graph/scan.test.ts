import { describe, expect, test } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { gradients } from '../../src/graph/gradients.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { whileLoop } from '../../src/graph/loop.js';
import { zerosLike } from '../../src/graph/ops/array.js';
import { add, less, mul, sub, tanh } from '../../src/graph/ops/math.js';
import { matMul } from '../../src/graph/ops/nn.js';
import { sum } from '../../src/graph/ops/reduce.js';
import { type ScanResult, scan } from '../../src/graph/scan.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { type Shape, tensorSpec } from '../../src/tensor-spec.js';
import { numbers, testGradients } from './finite-differences.js';

/** `h' = tanh(x + h·W)`, `c' = c·0.9 + h'`; the first state is `h`. */
const recurrence = (
  x: Output,
  h: Output,
  c: Output,
  weights: Output,
  options: { collect?: boolean; longestUnrolled?: number } = {},
): ScanResult =>
  scan({
    sequences: [x],
    states: [h, c],
    shared: { weights },
    collect: options.collect ?? true,
    ...(options.longestUnrolled === undefined ? {} : { longestUnrolled: options.longestUnrolled }),
    step: ([input], [before, memory], shared) => {
      const after = tanh(add(input as Output, matMul(before as Output, (shared as { weights: Output }).weights)));
      return [after, add(mul(memory as Output, 0.9), after)];
    },
  });

const all = ({ states, collected }: ScanResult): Output[] => [...states, ...(collected === undefined ? [] : [collected])];

describe('gradients of a recurrence', () => {
  const inputs = (steps: number): number[][] => [
    [steps, 2, 3],
    [2, 3],
    [2, 3],
    [3, 3],
  ];
  // With an unknown number of steps each is a loop: over pieces of 16, then over single steps.
  testGradients({
    'of a few steps': { inputs: inputs(3), fn: (...xs) => all(recurrence(...(xs as [Output, Output, Output, Output]))) },
    'of pieces and a rest': {
      inputs: inputs(18),
      fn: (...xs) => all(recurrence(...(xs as [Output, Output, Output, Output]), { longestUnrolled: 0 })),
    },
    'whose steps are not returned': {
      inputs: inputs(17),
      fn: (...xs) => all(recurrence(...(xs as [Output, Output, Output, Output]), { longestUnrolled: 0, collect: false })),
    },
  });
});

const floats = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    Float32Array.from(
      numbers(
        shape.reduce((a, b) => a * b, 1),
        [-1, 1],
        seed,
      ),
    ),
    shape,
  );

/** States, steps and gradients for sequences of which `shape` is known. */
async function evaluate(shape: Shape, steps: number, longestUnrolled?: number): Promise<number[][]> {
  const fed = [floats([steps, 2, 3], 1), floats([2, 3], 2), floats([2, 3], 3), floats([3, 3], 4)];
  const specs = [tensorSpec(shape, 'float32'), ...fed.slice(1).map((t) => tensorSpec(t.shape, 'float32'))];
  using computation = Computation.compile<Tensor[]>(specs, (feeds) => {
    const [x, h, c, w] = feeds as [Output, Output, Output, Output];
    const ys = all(recurrence(x, h, c, w, longestUnrolled === undefined ? {} : { longestUnrolled }));
    const loss = ys.map((y, i) => mul(sum(mul(y, y)), i + 1)).reduce((a, b) => add(a, b));
    const xs = [x, h, c, w];
    return [...ys, ...gradients([loss], xs).map((dx, i) => dx ?? zerosLike(xs[i] as Output))];
  });
  return (await computation.run(fed)).map((t) => Array.from(t.data as Float32Array));
}

describe('a recurrence', () => {
  test.each([1, 16, 21, 48])('gives the same written out and in loops, %i steps', async (steps) => {
    const written = await evaluate([steps, 2, 3], steps);
    for (const other of [await evaluate([steps, 2, 3], steps, 0), await evaluate([null, null, 3], steps)])
      other.forEach((values, i) => {
        expect(values.length).toBe((written[i] as number[]).length);
        values.forEach((v, k) => expect(Math.abs(v - (written[i]?.[k] as number))).toBeLessThan(2e-5 * Math.max(1, Math.abs(v))));
      });
  });

  test.each([0, null])('of no steps gives the states it was given, known: %s', async (known) => {
    const [h, c, collected, dx, dh] = await evaluate([known, 2, 3], 0);
    expect(h).toEqual(Array.from(floats([2, 3], 2).data as Float32Array));
    expect(c).toEqual(Array.from(floats([2, 3], 3).data as Float32Array));
    expect(collected).toEqual([]);
    expect(dx).toEqual([]);
    (dh as number[]).forEach((v, k) => expect(v).toBeCloseTo(2 * (h?.[k] as number), 6));
  });

  test('goes on inside a loop', async () => {
    using computation = Computation.compile<Tensor[]>([tensorSpec([null, 1, 1], 'float32'), tensorSpec([1, 1], 'float32')], (feeds) => {
      const [x, w] = feeds as [Output, Output];
      // Two steps of descent on the sum of the states.
      return whileLoop(
        x.graph,
        [x.graph.constant(0, 'int32'), w],
        ([i]) => less(i as Output, 2),
        ([i, weights]) => {
          const zero = weights?.graph.constant([[0]], 'float32') as Output;
          const { collected } = recurrence(x, zero, zero, weights as Output);
          const [slope] = gradients([sum(collected as Output)], [weights as Output]);
          return [add(i as Output, 1), sub(weights as Output, slope as Output)];
        },
      ).slice(1);
    });
    const steps = 19;
    const xs = numbers(steps);
    const [w] = await computation.run([tensor(Float32Array.from(xs), [steps, 1, 1]), tensor([[0.25]])]);
    let expected = 0.25;
    for (let round = 0; round < 2; round++) {
      let [h, slope, total] = [0, 0, 0];
      for (const x of xs) {
        const next = Math.tanh(x + h * expected);
        slope = (1 - next * next) * (h + expected * slope);
        h = next;
        total += slope;
      }
      expected -= total;
    }
    expect((w as Tensor).data[0]).toBeCloseTo(expected, 4);
  });

  test('in pieces refuses steps that use what they were not given', () => {
    const graph = new Graph();
    const x = graph.placeholder(tensorSpec([null, 2], 'float32'));
    const [state, other] = [0, 1].map(() => graph.placeholder(tensorSpec([2], 'float32'))) as [Output, Output];
    const step = ([input]: readonly Output[]): Output[] => [add(input as Output, other)];
    expect(() => scan({ sequences: [x], states: [state], shared: [], collect: false, step })).toThrow(
      /must be among what it is given as `shared`/,
    );
    graph.dispose();
  });
});
