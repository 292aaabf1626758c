import { expect, test } from 'vitest';
import { randomNormal, randomUniform, truncatedNormal } from '../../../src/keras/initializers/index.js';
import { setRandomSeed } from '../../../src/keras/initializers/initializer.js';
import { checkMoments } from './check-moments.js';

const SHAPE = [100, 200];

test('uniform: variance (b - a)² / 12', () => {
  checkMoments(randomUniform({ seed: 1 }), SHAPE, { mean: 0, variance: 0.1 ** 2 / 12, range: [-0.05, 0.05] });
  checkMoments(randomUniform({ seed: 2, minval: 1, maxval: 3 }), SHAPE, { mean: 2, variance: 1 / 3, range: [1, 3] });
});

test('normal', () => checkMoments(randomNormal({ seed: 3, mean: 1, stddev: 2 }), SHAPE, { mean: 1, variance: 4 }));

test('truncated normal: within two standard deviations, variance 1 - 4 φ(2) / (2 Φ(2) - 1) of the normal one', () => {
  const variance = 1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / 0.9544997361036416;
  checkMoments(truncatedNormal({ seed: 4 }), SHAPE, { mean: 0, variance: 0.05 ** 2 * variance, range: [-0.1, 0.1] });
  checkMoments(truncatedNormal({ seed: 5, mean: 1, stddev: 0.5 }), SHAPE, { mean: 1, variance: 0.25 * variance, range: [0, 2] });
});

test('a seed gives the same values every time, another one others, none others each time', () => {
  const values = (seed?: number | null) => randomNormal(seed === undefined ? {} : { seed }).values([20], 'float32');
  expect(values(7)).toEqual(values(7));
  expect(values(7)).not.toEqual(values(8));
  expect(values()).not.toEqual(values());
  const seeded = randomNormal({ seed: 7 });
  expect(seeded.values([20], 'float32')).toEqual(seeded.values([20], 'float32'));
});

test('setRandomSeed makes unseeded ones repeatable, too', () => {
  const draw = () => [randomNormal().values([5], 'float32'), randomUniform().values([5], 'float32')];
  setRandomSeed(11);
  const first = draw();
  setRandomSeed(11);
  expect(draw()).toEqual(first);
  setRandomSeed(12);
  expect(draw()).not.toEqual(first);
});
