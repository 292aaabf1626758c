/** What Keras computes for a layer, from `cases/` (made by `cases/make.py`), as tests. */
import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { arrayClass, type DType, type DTypeMap, type NumericDType } from '../../../src/dtype.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { Tensor } from '../../../src/tensor.js';
import { checkLayer } from '../../../src/testing/check-layer.js';

interface Json {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

export interface Case {
  readonly config: KerasConfig;
  readonly inputs: readonly Json[];
  readonly weights: readonly Json[];
  readonly output: Json;
  readonly training?: Json;
  readonly updated?: readonly Json[];
  readonly mask?: Json;
  readonly outputMask?: Json;
  readonly gradient?: false | 'float32';
  readonly halfPrecision?: false;
}

/** A tensor of a case. */
export function fromJson({ dtype, shape, data }: Json): Tensor {
  const wide = dtype === 'int64';
  const values =
    dtype === 'string'
      ? data
      : (arrayClass(dtype as NumericDType) as unknown as { from(list: readonly unknown[]): unknown }).from(
          data.map((v) => (wide ? BigInt(v) : Number(v))),
        );
  return new Tensor(dtype, shape, values as DTypeMap[DType]);
}

/** A layer's cases. */
export function casesOf(className: string): Case[] {
  const lines = readFileSync(new URL(`cases/${className}.jsonl`, import.meta.url), 'utf8').trim();
  return lines.split('\n').map((line) => JSON.parse(line) as Case);
}

/** Checks a layer against one case. */
export function checkCase(layer: Layer, c: Case): Promise<void> {
  const inputs = c.inputs.map(fromJson);
  return checkLayer({
    layer,
    inputs: inputs.length === 1 ? (inputs[0] as Tensor) : inputs,
    weights: c.weights.map(fromJson),
    expected: fromJson(c.output),
    ...(c.training === undefined ? {} : { training: fromJson(c.training) }),
    ...(c.updated === undefined ? {} : { updated: c.updated.map(fromJson) }),
    ...(c.mask === undefined ? {} : { mask: fromJson(c.mask) }),
    ...(c.outputMask === undefined ? {} : { outputMask: fromJson(c.outputMask) }),
    ...(c.gradient === undefined ? {} : { gradient: c.gradient }),
    ...(c.halfPrecision === undefined ? {} : { halfPrecision: c.halfPrecision }),
  });
}

/** Checks a layer against all of its cases. */
export function testCases(className: string): void {
  casesOf(className).forEach((c, i) => {
    it(`gives what Keras gives, case ${i}`, () => checkCase(layerRegistry.deserialize(c.config), c));
  });
}

/** Checks that a config of another Keras means what the case's own config means. */
export async function checkConfig(config: KerasConfig, className: string, index: number): Promise<void> {
  await checkCase(layerRegistry.deserialize(config), { ...(casesOf(className)[index] as Case), gradient: false });
}
