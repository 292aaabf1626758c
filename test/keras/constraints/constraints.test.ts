import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { type Constraint, constraintRegistry, maxNorm, minMaxNorm, nonNeg, unitNorm } from '../../../src/keras/constraints/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const WEIGHT = [
  [0.5, -1, 2],
  [1.5, 0, -3],
];

// keras.constraints.<…>(WEIGHT)
test.each<[string, Constraint, readonly (readonly number[])[]]>([
  [
    'MaxNorm(1.0)',
    maxNorm({ maxValue: 1 }),
    [
      [0.31622773, -0.99999988, 0.5547002],
      [0.9486832, 0, -0.83205032],
    ],
  ],
  [
    'MaxNorm(2.0, axis=1)',
    maxNorm({ axis: 1 }),
    [
      [0.43643576, -0.87287152, 1.745743],
      [0.89442718, 0, -1.7888544],
    ],
  ],
  [
    'MaxNorm(1.5, axis=[0, 1])',
    maxNorm({ maxValue: 1.5, axis: [0, 1] }),
    [
      [0.18463723, -0.36927447, 0.73854893],
      [0.55391169, 0, -1.1078234],
    ],
  ],
  [
    'NonNeg()',
    nonNeg(),
    [
      [0.5, 0, 2],
      [1.5, 0, 0],
    ],
  ],
  [
    'UnitNorm(axis=1)',
    unitNorm({ axis: 1 }),
    [
      [0.21821788, -0.43643576, 0.87287152],
      [0.44721359, 0, -0.89442718],
    ],
  ],
  [
    'MinMaxNorm(1.8, 2.5, 0.3, 1)',
    minMaxNorm({ minValue: 1.8, maxValue: 2.5, rate: 0.3, axis: 1 }),
    [
      [0.5, -1, 2],
      [1.3854102, 0, -2.7708204],
    ],
  ],
])('%s: value and config', async (_name, constraint, expected) => {
  const computation = Computation.compile<[Tensor]>([tensorSpec([2, 3], 'float32')], (inputs) => [
    constraint.call((inputs as [Output])[0]),
  ]);
  const [projected] = await computation.run([tensor(WEIGHT)]);
  for (const [i, v] of expected.flat().entries()) expect(Number(projected.data[i])).toBeCloseTo(v, 5);
  const config = constraint.serialize('keras.constraints');
  expect(constraintRegistry.deserialize(JSON.parse(JSON.stringify(config))).serialize('keras.constraints')).toEqual(config);
});

test('the defaults, configs and names of Keras', () => {
  const config = (name: string) => constraintRegistry.get(name).getConfig();
  expect(config('max_norm')).toEqual({ max_value: 2, axis: 0 });
  expect(config('MinMaxNorm')).toEqual({ min_value: 0, max_value: 1, rate: 1, axis: 0 });
  expect(config('unitnorm')).toEqual({ axis: 0 });
  expect(config('non_neg')).toEqual({});
});

test('refuses bounds that are none', () => {
  expect(() => maxNorm({ maxValue: -1 })).toThrow(/`maxValue of MaxNorm` must be a finite number that is not negative/);
  expect(() => minMaxNorm({ rate: 2 })).toThrow(/in \[0, 1\], received 2/);
  expect(() => unitNorm({ axis: 0.5 })).toThrow(/`axis of UnitNorm` must be a whole number/);
});
