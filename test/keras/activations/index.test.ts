import { expect, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { activation, getActivation } from '../../../src/keras/activations/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

async function apply(identifier: unknown, x: readonly number[]): Promise<number[]> {
  const { apply: fn } = getActivation(identifier);
  const computation = Computation.compile<[Tensor]>([tensorSpec([x.length], 'float32')], (inputs) => [fn((inputs as [Output])[0])]);
  return Array.from((await computation.run([tensor([...x])]))[0].data, Number);
}

test('names in every spelling, and Keras configs of functions', () => {
  for (const name of ['leaky_relu', 'leakyRelu', 'LeakyReLU']) expect(getActivation(name).name).toBe('leaky_relu');
  expect(getActivation('swish').name).toBe('silu');
  expect(getActivation('hard_swish').name).toBe('hard_silu');
  const config = { module: 'builtins', class_name: 'function', config: 'gelu', registered_name: 'gelu' };
  expect(getActivation(config).name).toBe('gelu');
});

test('activation layers as activations keep their options, in files too', async () => {
  const config = (className: string, options: object) => ({ module: 'keras.layers', class_name: className, config: options });
  expect(await apply(config('LeakyReLU', { negative_slope: 0.5 }), [-2, 2])).toEqual([-1, 2]);
  expect(await apply(config('LeakyReLU', { alpha: 0.25 }), [-2, 2])).toEqual([-0.5, 2]);
  expect(await apply(config('ReLU', { max_value: 1, negative_slope: 0.5, threshold: 0 }), [-2, 2])).toEqual([-1, 1]);
  const given = config('ELU', { alpha: 2 });
  expect(activation().serialize(getActivation(given))).toEqual(given);
});

test("Keras 2's hard sigmoid is written as layers that compute it, and known by them", async () => {
  const own = getActivation('hard_sigmoid_keras2');
  const written = activation().serialize(own) as { config: { layers: { class_name: string; config: object }[] } };
  expect(written.config.layers.map((layer) => [layer.class_name, layer.config])).toEqual([
    ['Rescaling', { scale: 0.2, offset: 0.5 }],
    ['ReLU', { max_value: 1 }],
  ]);
  expect(getActivation(written)).toBe(own);
  expect(await apply(written, [-3, 0, 1, 4])).toEqual([0, 0.5, Math.fround(0.7), 1]);
});

test('a function of one’s own works but cannot be written to a file', async () => {
  expect(await apply((x: Output) => x, [1, -1])).toEqual([1, -1]);
  expect(() => activation().serialize(getActivation((x: Output) => x))).toThrow(/cannot be written to a file/);
});

test('names the activation that is not known', () => {
  expect(() => getActivation('rellu')).toThrow(/unknown activation "rellu"; known: linear, relu/);
  // Names that every object has.
  expect(() => getActivation('constructor')).toThrow(/unknown activation "constructor"/);
  expect(() => getActivation({ class_name: 'constructor', config: {} })).toThrow(/`activation` must be the name of an activation/);
  expect(() => getActivation(3)).toThrow(/`activation` must be the name of an activation or a function, received 3/);
});
