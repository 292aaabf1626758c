import { expect, test } from 'vitest';
import * as initializers from '../../../src/keras/initializers/index.js';
import { fans } from '../../../src/keras/initializers/variance-scaling.js';
import { checkMoments } from './check-moments.js';

// A convolution's kernel: 3 · 3 · 20 inputs, 3 · 3 · 80 outputs.
const SHAPE = [3, 3, 20, 80];
const [fanIn, fanOut, fanAvg] = [180, 720, 450];

test.each([
  ['glorotUniform', initializers.glorotUniform({ seed: 1 }), 1 / fanAvg, 'uniform'],
  ['glorotNormal', initializers.glorotNormal({ seed: 1 }), 1 / fanAvg, 'truncated'],
  ['heUniform', initializers.heUniform({ seed: 1 }), 2 / fanIn, 'uniform'],
  ['heNormal', initializers.heNormal({ seed: 1 }), 2 / fanIn, 'truncated'],
  ['lecunUniform', initializers.lecunUniform({ seed: 1 }), 1 / fanIn, 'uniform'],
  ['lecunNormal', initializers.lecunNormal({ seed: 1 }), 1 / fanIn, 'truncated'],
] as const)('%s: mean, variance and range', (_name, initializer, variance, distribution) => {
  // Uniform within ±√3 standard deviations; a normal that is cut at two has its own widened by 1 / 0.8796.
  const limit = Math.sqrt(variance) * (distribution === 'uniform' ? Math.sqrt(3) : 2 / 0.8796256610342398);
  checkMoments(initializer, SHAPE, { mean: 0, variance, range: [-limit, limit] });
});

test.each([
  ['fan_in', fanIn],
  ['fan_out', fanOut],
  ['fan_avg', fanAvg],
] as const)('VarianceScaling by %s divides by %d', (mode, fan) => {
  const make = (distribution: 'uniform' | 'untruncated_normal' | 'normal') =>
    initializers.varianceScaling({ scale: 3, mode, distribution, seed: 2 });
  for (const distribution of ['uniform', 'untruncated_normal', 'normal'] as const)
    checkMoments(make(distribution), SHAPE, { mean: 0, variance: 3 / fan });
});

// keras.src.initializers.random_initializers.compute_fans(shape, input_axes, output_axes)
test('fans of vectors, matrices, windows and given axes', () => {
  expect(fans([])).toEqual({ fanIn: 1, fanOut: 1 });
  expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  expect(fans([3, 5])).toEqual({ fanIn: 3, fanOut: 5 });
  expect(fans([2, 3, 5, 7])).toEqual({ fanIn: 30, fanOut: 42 });
  expect(fans([2, 3, 5, 7], [0, 1], [-1])).toEqual({ fanIn: 6, fanOut: 7 });
  expect(fans([2, 3, 5, 7], [0], null)).toEqual({ fanIn: 30, fanOut: 42 });
  expect(() => fans([2, 3], [2], [0])).toThrow(/must be one of a weight of shape \[2, 3\], received 2/);
});

test('configs of Keras with and without axes', () => {
  const get = (config: object) => initializers.initializerRegistry.deserialize({ class_name: 'GlorotUniform', config: config as never });
  expect(get({ seed: null, input_axes: null, output_axes: null }).getConfig()).toEqual({ seed: null });
  expect(get({ seed: 1, input_axes: [0], output_axes: [1, 2] }).getConfig()).toEqual({ seed: 1, input_axes: [0], output_axes: [1, 2] });
  const generator = {
    module: 'keras.random',
    class_name: 'SeedGenerator',
    config: { seed: 7, name: 'seed_generator' },
    registered_name: null,
  };
  expect(get({ seed: generator }).getConfig()).toEqual({ seed: 7 });
  // TensorFlow 1 wrote the element type, too.
  expect(get({ seed: null, dtype: 'float32' }).getConfig()).toEqual({ seed: null });
  expect(() => initializers.varianceScaling({ scale: 0 })).toThrow(/above 0/);
});
