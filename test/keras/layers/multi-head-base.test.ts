import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keras, type Tensor, tensor } from '../../../src/index.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { assertClose } from '../../../src/testing/compare.js';

interface Json {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Case {
  readonly config: KerasConfig;
  readonly causal: boolean;
  readonly inputs: readonly Json[];
  readonly weights: readonly Json[];
  readonly output: Json;
}
const CASES = readFileSync(new URL('cases/multi-head.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);
const fromJson = ({ shape, data }: Json): Tensor => tensor(Float32Array.from(data), shape, 'float32');

describe('attention with several heads', () => {
  it.each(CASES.map((c, i) => [`${c.config.class_name} ${i}`, c] as const))(
    'gives what Keras gives, %s',
    async (_, { config, causal, inputs, weights, output }) => {
      const layer = keras.layers.deserialize(config);
      const [query, value, key] = inputs.map(({ shape }) => keras.input({ shape: shape.slice(1) }));
      const args = { value, useCausalMask: causal, ...(key === undefined ? {} : { key }) };
      const model = keras.model({
        inputs: [query, value, ...(key === undefined ? [] : [key])] as never,
        outputs: layer.apply(query as never, args),
      });
      model.setWeights(weights.map(fromJson));
      assertClose((await model.predict(inputs.map(fromJson))) as Tensor, fromJson(output), 'output');
      // Its config means the same.
      const { config: own } = keras.layers.deserialize(layer.serialize()).serialize();
      expect(own).toEqual(layer.getConfig());
    },
  );

  it('needs a multiple of the heads of keys, and a value', () => {
    const layer = (numQueryHeads: number) => keras.layers.groupQueryAttention({ headDim: 2, numQueryHeads, numKeyValueHeads: 2 });
    const x = keras.input({ shape: [3, 4] });
    expect(() => layer(3)).toThrow(/`numQueryHeads` of layer `.*` must be a multiple of the 2 heads/);
    expect(() => layer(4).apply(x)).toThrow(/needs the argument `value`/);
    expect(() => keras.layers.multiHeadAttention({ numHeads: 1, keyDim: 2, slidingWindow: 0 })).toThrow(/slidingWindow/);
  });
});
