/** What layers do at random in training mode. */
import { expect } from 'vitest';
import type { Layer } from '../../../src/keras/engine/layer.js';
import type { Tensor } from '../../../src/tensor.js';
import { applyTo, compileLayer } from '../../../src/testing/evaluate-layer.js';

/** The values of a layer's output in training mode: twice the same, since randomness follows from the seed. */
export async function randomValues(layer: Layer, x: Tensor): Promise<number[]> {
  applyTo(layer, x);
  const run = compileLayer(layer, x, { training: true });
  const [first, second] = [await run(x, []), await run(x, [])];
  const values = Array.from(first.outputs[0]?.data as Float32Array);
  expect(Array.from(second.outputs[0]?.data as Float32Array)).toEqual(values);
  return values;
}

export const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Standard deviation. */
export const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)));
};
