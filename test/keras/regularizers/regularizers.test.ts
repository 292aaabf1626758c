import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { l1, l1l2, l2, orthogonalRegularizer, type Regularizer, regularizerRegistry } from '../../../src/keras/regularizers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { checkGradient } from '../../../src/testing/check-loss.js';

const WEIGHT = [
  [0.5, -1, 2],
  [1.5, 0, -3],
];

function evaluate(regularizer: Regularizer, dtype: 'float32' | 'float64'): (x: Tensor) => Promise<{ value: Tensor; gradient: Tensor }> {
  const computation = Computation.compile<[Tensor, Tensor]>([tensorSpec([2, 3], dtype)], (inputs) => {
    const [x] = inputs as [Output];
    const value = regularizer.call(x);
    return [value, gradients([value], [x])[0] ?? x];
  });
  return async (x) => {
    const [value, gradient] = await computation.run([x]);
    return { value, gradient };
  };
}

// keras.regularizers.<…>(WEIGHT)
test.each<[string, Regularizer, number]>([
  ['L1(0.1)', l1({ l1: 0.1 }), 0.8],
  ['L2(0.1)', l2({ l2: 0.1 }), 1.65],
  ['L1L2(0.1, 0.2)', l1l2({ l1: 0.1, l2: 0.2 }), 4.1],
  ['L1L2(0, 0.2)', l1l2({ l2: 0.2 }), 3.3],
  ["OrthogonalRegularizer(0.5, 'rows')", orthogonalRegularizer({ factor: 0.5 }), 0.34156501],
  ["OrthogonalRegularizer(0.5, 'columns')", orthogonalRegularizer({ factor: 0.5, mode: 'columns' }), 0.24747808],
])('%s: value, gradient and config', async (_name, regularizer, expected) => {
  expect(Number((await evaluate(regularizer, 'float32')(tensor(WEIGHT))).value.data[0])).toBeCloseTo(expected, 5);
  const apart = WEIGHT.map((row) => row.map((v) => v + 0.03));
  await checkGradient(evaluate(regularizer, 'float64'), tensor(apart, undefined, 'float64'));
  const config = regularizer.serialize('keras.regularizers');
  expect(regularizerRegistry.deserialize(JSON.parse(JSON.stringify(config))).serialize('keras.regularizers')).toEqual(config);
});

test('no penalty is zero, and one row is orthogonal to itself', async () => {
  expect((await evaluate(l1l2(), 'float32')(tensor(WEIGHT))).value.data[0]).toBe(0);
  const one = Computation.compile<[Tensor]>([tensorSpec([1, 3], 'float32')], (inputs) => [
    orthogonalRegularizer().call((inputs as [Output])[0]),
  ]);
  expect((await one.run([tensor([[1, 2, 3]])]))[0].data[0]).toBe(0);
});

test('the defaults, configs and names of Keras', () => {
  const config = (name: string) => regularizerRegistry.get(name).getConfig();
  expect(config('l1')).toEqual({ l1: 0.01 });
  expect(config('L2')).toEqual({ l2: 0.01 });
  expect(config('l1_l2')).toEqual({ l1: 0, l2: 0 });
  expect(config('orthogonal_regularizer')).toEqual({ factor: 0.01, mode: 'rows' });
  expect(regularizerRegistry.deserialize({ class_name: 'L1L2', config: { l1: null, l2: 0.5 } }).getConfig()).toEqual({ l1: 0, l2: 0.5 });
});

test('refuses negative factors and other ranks', () => {
  expect(() => l2({ l2: -1 })).toThrow(/`l2 of L2` must be a finite number that is not negative, received -1/);
  const vector = () =>
    Computation.compile([tensorSpec([3], 'float32')], (inputs) => [orthogonalRegularizer().call((inputs as [Output])[0])]);
  expect(vector).toThrow(/OrthogonalRegularizer needs a matrix/);
});
