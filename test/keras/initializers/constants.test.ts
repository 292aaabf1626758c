import { expect, test } from 'vitest';
import { constant, identity, initializerRegistry, ones, zeros } from '../../../src/keras/initializers/index.js';

test('zeros, ones, constants and the identity', () => {
  expect(zeros().values([3], 'float32')).toEqual(Float32Array.of(0, 0, 0));
  expect(ones().values([2], 'float64')).toEqual(Float64Array.of(1, 1));
  expect(constant({ value: 0.5 }).values([2], 'float32')).toEqual(Float32Array.of(0.5, 0.5));
  expect(identity({ gain: 2 }).values([2, 3], 'float32')).toEqual(Float32Array.of(2, 0, 0, 0, 2, 0));
  expect(() => identity().values([3], 'float32')).toThrow(/Identity needs a matrix/);
});

test('a constant of lists is spread over the axes in front, and over axes of size 1', () => {
  expect(constant({ value: [1, 2] }).values([3, 2], 'float32')).toEqual(Float32Array.of(1, 2, 1, 2, 1, 2));
  expect(constant({ value: [[1], [2]] }).values([2, 3], 'float32')).toEqual(Float32Array.of(1, 1, 1, 2, 2, 2));
  expect(() => constant({ value: [1, 2] }).values([2, 3], 'float32')).toThrow(/of shape \[2\], does not fit a weight of shape \[2, 3\]/);
  expect(() => constant({ value: [[1], 2] as never })).toThrow(/`value of Constant\[1\]` must be a list like its neighbours, received 2/);
});

test('configs of Keras', () => {
  const array = { class_name: '__numpy__', config: { value: [1, 2], dtype: 'float64' } };
  const made = initializerRegistry.deserialize({ class_name: 'Constant', config: { value: array } });
  expect(made.values([2], 'float32')).toEqual(Float32Array.of(1, 2));
  expect(made.getConfig()).toEqual({ value: [1, 2] });
  expect(initializerRegistry.get('constant').getConfig()).toEqual({ value: 0 });
  for (const [alias, name] of Object.entries({
    zero: 'Zeros',
    one: 'Ones',
    normal: 'RandomNormal',
    uniform: 'RandomUniform',
    IdentityInitializer: 'Identity',
    OrthogonalInitializer: 'Orthogonal',
    glorot_uniform: 'GlorotUniform',
  }))
    expect(initializerRegistry.get(alias).className).toBe(name);
});
