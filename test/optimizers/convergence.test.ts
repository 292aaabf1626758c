/** Every optimizer on TFF's quadratic problem: from above 5 to below 0.005. */
import { expect, it } from 'vitest';
import type { Optimizer } from '../../src/keras/optimizers/optimizer.js';
import { adafactor, adagrad, adam, adamw, rmsprop, sgdm, yogi } from '../../src/optimizers/index.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { valuesOf } from '../../src/testing/compare.js';
import { QUADRATIC } from './fixtures.js';

it.each<[string, Optimizer, number]>([
  ['SGD', sgdm({ learningRate: 0.1 }), 100],
  ['SGD with momentum', sgdm({ learningRate: 0.1, momentum: 0.5 }), 100],
  ['SGD with Nesterov momentum', sgdm({ learningRate: 0.1, momentum: 0.5, nesterov: true }), 100],
  ['Adagrad', adagrad({ learningRate: 0.5 }), 100],
  ['RMSprop', rmsprop({ learningRate: 0.02 }), 200],
  ['Adam', adam({ learningRate: 0.5 }), 100],
  ['AdamW', adamw({ learningRate: 0.5 }), 100],
  ['Yogi', yogi({ learningRate: 0.5 }), 100],
  ['Adafactor', adafactor({ learningRate: 0.5 }), 100],
])('%s converges', async (_, optimizer, steps) => {
  using process = optimizer.create([tensorSpec([5])]);
  let state = await process.initialize();
  let weights: Tensor[] = [tensor(QUADRATIC.initial) as Tensor];
  expect(QUADRATIC.value(valuesOf(weights))).toBeGreaterThan(5);
  for (let i = 0; i < steps; i++) {
    ({ state, weights } = await process.next(state, weights, [tensor(QUADRATIC.gradient(valuesOf(weights))) as Tensor]));
  }
  expect(QUADRATIC.value(valuesOf(weights))).toBeLessThan(0.005);
});
