/** Files of `cases/`, which Python wrote (`cases/make.py`), with what the models in them predict. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type keras, Tensor, tensor } from '../../../src/index.js';
import { flatten, type Tree, unflatten } from '../../../src/tree.js';

export interface Expected {
  readonly inputs: readonly Tree<number | string>[];
  readonly outputs: readonly Tree<number>[];
}

const expected = JSON.parse(readFileSync(new URL('cases/expected.json', import.meta.url), 'utf8')) as Readonly<Record<string, Expected>>;

export const fixture = (name: string): string => fileURLToPath(new URL(`cases/${name}`, import.meta.url));

const asInput = (values: Tree<number | string>, { shape, dtype }: keras.KerasTensor): Tensor => {
  const list = flatten(values);
  const sizes = [list.length / shape.slice(1).reduce<number>((n, s) => n * (s as number), 1), ...shape.slice(1)] as number[];
  if (dtype === 'string') return tensor(list as string[], sizes);
  if (dtype === 'int64') return new Tensor(dtype, sizes, BigInt64Array.from(list as number[], BigInt));
  return dtype === 'int32'
    ? new Tensor(dtype, sizes, Int32Array.from(list as number[]))
    : new Tensor(dtype, sizes, Float32Array.from(list as number[]));
};

/** What a model gives for inputs, flat. */
async function outputsOf(model: keras.Model, { inputs }: Expected): Promise<number[][]> {
  const own = flatten(model.inputs);
  const outputs = await model.predict(
    unflatten(
      model.inputs,
      own.map((t, i) => asInput(inputs[i] as Tree<number>, t)),
    ),
  );
  return flatten(outputs).map((t) => Array.from(t.data as Float32Array));
}

/** What a model gives for the inputs of a case, flat. */
export const predict = (model: keras.Model, name: string): Promise<number[][]> => outputsOf(model, expected[name] as Expected);

/** Checks that a model predicts what is expected, in a case of Keras or one given. */
export async function expectPredictions(model: keras.Model, wanted: string | Expected): Promise<void> {
  const given = typeof wanted === 'string' ? (expected[wanted] as Expected) : wanted;
  const outputs = await outputsOf(model, given);
  const values = given.outputs.map((output) => flatten(output));
  expect(outputs.map((output) => output.length)).toEqual(values.map((output) => output.length));
  values.forEach((output, i) => {
    output.forEach((value, k) => expect(Math.abs((outputs[i]?.[k] as number) - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))));
  });
}
