import { expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { Variable } from '../../../src/graph/variable.js';
import { nonNeg } from '../../../src/keras/constraints/index.js';
import { constrained, Weight } from '../../../src/keras/engine/weight.js';
import type { Tensor } from '../../../src/tensor.js';

it('constrains weights that had a gradient', async () => {
  const bounded = () => new Weight({ name: 'w', shape: [2], constraint: nonNeg() });
  const variables = [bounded(), bounded(), new Weight({ name: 'free', shape: [2] }), new Variable({ name: 'plain', shape: [2] })];
  using computation = Computation.compile([], (_, graph) => {
    const value = graph.constant([0.5, -2], 'float32', [2]);
    const gradients: (Output | null)[] = [value, null, value, value];
    return [...constrained(variables, [value, value, value, value], gradients)];
  });
  const values = ((await computation.run([])) as Tensor[]).map((t) => Array.from(t.data as Float32Array));
  expect(values).toEqual([
    [0.5, 0],
    [0.5, -2],
    [0.5, -2],
    [0.5, -2],
  ]);
});
