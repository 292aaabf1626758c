import { describe, expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { split, stack, unstack } from '../../../src/graph/ops/array.js';
import { add, mul, sigmoid, tanh } from '../../../src/graph/ops/math.js';
import { matMul } from '../../../src/graph/ops/nn.js';
import { type LstmSteps, lstmSteps } from '../../../src/graph/ops/recurrent.js';
import { Random } from '../../../src/random.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const [BATCH, UNITS] = [3, 10];

const normals = (shape: readonly number[], seed: number): Tensor => {
  const random = new Random(seed);
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.7 * random.normal()),
    shape,
    'float32',
  );
};

/** The same with one op for each thing that a step does. */
function written(projected: Output, recurrent: Output, h: Output, c: Output): LstmSteps {
  const outputs: Output[] = [];
  const memories: Output[] = [];
  let [output, memory] = [h, c];
  for (const input of unstack(projected)) {
    const [i, f, g, o] = split(add(input, matMul(output, recurrent)), 4, 1) as [Output, Output, Output, Output];
    memory = add(mul(sigmoid(f), memory), mul(sigmoid(i), tanh(g)));
    output = mul(sigmoid(o), tanh(memory));
    outputs.push(output);
    memories.push(memory);
  }
  return { outputs: stack(outputs), memories: stack(memories) };
}

const inputs = (steps: number): Tensor[] => [
  normals([steps, BATCH, 4 * UNITS], 1),
  normals([UNITS, 4 * UNITS], 2),
  normals([BATCH, UNITS], 3),
  normals([BATCH, UNITS], 4),
];

/** What it gives, and the gradients of all inputs where outputs, memories or both are used. */
async function evaluated(fn: typeof lstmSteps, steps: number, known: boolean, uses: readonly (keyof LstmSteps)[]): Promise<Tensor[]> {
  const given = inputs(steps);
  const specs = given.map((t, i) => tensorSpec(i === 0 && !known ? [null, BATCH, 4 * UNITS] : [...t.shape]));
  const weights = { outputs: normals([steps, BATCH, UNITS], 5), memories: normals([steps, BATCH, UNITS], 6) };
  using computation = Computation.compile(specs, (values, graph) => {
    const xs = values as [Output, Output, Output, Output];
    const found = fn(...xs);
    const dys = uses.map((use) => graph.constant(weights[use]));
    const dxs = gradients(
      uses.map((use) => found[use]),
      xs,
      dys,
    );
    return [found.outputs, found.memories, ...(dxs as Output[])];
  });
  return (await computation.run(given)) as unknown as Tensor[];
}

describe('all steps of a long short-term memory in one op', () => {
  test.each([
    [1, ['outputs']],
    [6, ['outputs']],
    [6, ['memories']],
    [6, ['outputs', 'memories']],
  ] as const)('are those steps, and have their gradients: %i steps, used are %s', async (steps, uses) => {
    const found = await evaluated(lstmSteps, steps, true, uses);
    const expected = await evaluated(written, steps, true, uses);
    found.forEach((t, i) => {
      expect(t.shape).toEqual((expected[i] as Tensor).shape);
      const expectedValues = (expected[i] as Tensor).data as Float32Array;
      const differences = [...(t.data as Float32Array)].map((v, k) => Math.abs(v - (expectedValues[k] as number)));
      expect(Math.max(...differences), `value ${i}`).toBeLessThan(2e-5);
    });
  });

  test('need not be known in number, and may be none', async () => {
    const known = await evaluated(lstmSteps, 6, true, ['outputs']);
    const unknown = await evaluated(lstmSteps, 6, false, ['outputs']);
    expect(unknown.map((t) => t.data)).toEqual(known.map((t) => t.data));
    const none = await evaluated(lstmSteps, 0, false, ['outputs']);
    expect(none.map((t) => t.shape)).toEqual([
      [0, 3, 10],
      [0, 3, 10],
      [0, 3, 40],
      [10, 40],
      [3, 10],
      [3, 10],
    ]);
    expect(none.slice(3).every((t) => (t.data as Float32Array).every((v) => v === 0))).toBe(true);
  });
});
