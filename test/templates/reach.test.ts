import { expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { keras, optimizers } from '../../src/index.js';
import type { Optimizer } from '../../src/keras/optimizers/optimizer.js';
import { reach } from '../../src/templates/reach.js';
import { tensor } from '../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../src/tensor-spec.js';

async function reachOf(optimizer: Optimizer, steps: number): Promise<number> {
  using computation = Computation.compile(tensorSpec([], 'int32') as TensorSpec, (input, graph) => {
    const hparams = Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')] as const);
    return reach(optimizer, Object.fromEntries(hparams), input as Output);
  });
  return Number(((await computation.run(tensor(steps, [], 'int32'))) as ReturnType<typeof tensor>).data[0]);
}

it.each([0, 1, 2, 7])('is what the coefficients of all gradients come to in %i steps', async (steps) => {
  const [rate, m] = [0.1, 0.6];
  // FedNova, section 3: [τ − ρ (1 − ρ^τ) / (1 − ρ)] / (1 − ρ).
  const withMomentum = (steps - (m * (1 - m ** steps)) / (1 - m)) / (1 - m);
  expect(await reachOf(optimizers.sgdm({ learningRate: rate }), steps)).toBeCloseTo(rate * steps, 6);
  expect(await reachOf(optimizers.sgdm({ learningRate: rate, momentum: m }), steps)).toBeCloseTo(rate * withMomentum, 6);
  expect(await reachOf(optimizers.sgdm({ learningRate: rate, momentum: m, nesterov: true }), steps)).toBeCloseTo(
    rate * (steps + m * withMomentum),
    6,
  );
  expect(await reachOf(optimizers.sgdm({ learningRate: rate, momentum: 1 }), steps)).toBeCloseTo((rate * steps * (steps + 1)) / 2, 5);
  expect(await reachOf(keras.optimizers.sgd({ learningRate: rate, momentum: m }), steps)).toBeCloseTo(rate * withMomentum, 6);
  const scaled = keras.optimizers.lossScaleOptimizer({ innerOptimizer: keras.optimizers.sgd({ learningRate: rate }) });
  expect(await reachOf(scaled, steps)).toBeCloseTo(rate * steps, 6);
});
