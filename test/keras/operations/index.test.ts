import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { arrayClass, isFloating, type NumericDType } from '../../../src/dtype.js';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import type { Model } from '../../../src/keras/engine/model.js';
import { OPERATIONS } from '../../../src/keras/operations/index.js';
import { modelConfig } from '../../../src/keras/saving/model-config.js';
import { ModelReader } from '../../../src/keras/saving/model-reader.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';
import { flatten, type Tree } from '../../../src/tree.js';

interface Json {
  readonly dtype: NumericDType;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

interface Case {
  readonly name: string;
  readonly config: KerasConfig;
  readonly inputs: readonly Json[];
  readonly outputs: readonly Json[];
}

const lines = readFileSync(new URL('cases/operations.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const cases = lines.map((line) => JSON.parse(line) as Case);

const fromJson = ({ dtype, shape, data }: Json): Tensor => {
  const values = arrayClass(dtype) as unknown as { from(list: readonly unknown[]): Float32Array };
  return tensor(values.from(data.map(Number)), shape, dtype);
};

/** What a model computes for a batch, as a model of any batch. */
async function evaluate(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const specs = inputs.map((t) => tensorSpec([null, ...t.shape.slice(1)], t.dtype)) as TensorSpec[];
  using computation = Computation.compile<Tensor[]>(specs as Tree<TensorSpec>, (feeds, graph) =>
    flatten(model.invoke(new Context(graph, { training: false, values: new Map() }), feeds as Output[])),
  );
  return computation.run(inputs as Tree<Tensor>);
}

describe('operations of functional models', () => {
  test.each(cases)('$name', async ({ config, inputs, outputs }) => {
    const model = new ModelReader('model.keras').model(config);
    const copy = new ModelReader('copy.keras').model(JSON.parse(JSON.stringify(modelConfig(model))));
    for (const made of [model, copy]) {
      const results = await evaluate(made, inputs.map(fromJson));
      expect(results.length).toBe(outputs.length);
      results.forEach((y, i) => {
        const expected = outputs[i] as Json;
        expect([y.dtype, ...y.shape]).toEqual([expected.dtype, ...expected.shape]);
        Array.from(y.data as ArrayLike<number>).forEach((v, k) => {
          const want = Number(expected.data[k]);
          if (isFloating(y.dtype))
            expect(Math.abs(v - want), `value ${k}: ${v}, expected ${want}`).toBeLessThan(1e-5 + 1e-4 * Math.abs(want));
          else expect(v).toBe(want);
        });
      });
    }
  });

  it('are all among the cases', () => {
    const seen = new Set(cases.flatMap((c) => (c.config.config.layers as readonly KerasConfig[]).map((layer) => layer.class_name)));
    expect([...OPERATIONS.keys()].filter((name) => !seen.has(name))).toEqual([]);
  });

  it.each([
    ['split', 'Split', { indices_or_sections: 1e9 }, /an axis can be split into at most 65536 parts, received 1000000000/],
    ['diff', 'Diff', { n: 1e9 }, /`n of Diff` must be in \[0, 64\], received 1000000000/],
    ['tensordot', 'Tensordot', { axes: 1e9 }, /`axes of Tensordot` must be a finite number in \[0, 3\], received 1000000000/],
    ['tensordot over axes', 'Tensordot', { axes: [[1e12], [1]] }, /`axes of Tensordot` must be a finite number in \[-3, 2\]/],
    ['tensordot over axes', 'Tensordot', { axes: [[1, 2], [1]] }, /`axes of Tensordot` must be two lists of equal lengths/],
    ['tensordot', 'Tensordot', { axes: 'all' }, /`axes of Tensordot` must be a number of axes, or two lists of them, received "all"/],
  ])('are refused where they would be endless or are none: %s', (name, className, options, message) => {
    const { config } = cases.find((c) => c.name === name) as Case;
    const layers = (config.config.layers as readonly Record<string, unknown>[]).map((layer) =>
      layer.class_name === className ? { ...layer, config: { ...(layer.config as object), ...options } } : layer,
    );
    expect(() => new ModelReader('model.keras').model({ ...config, config: { ...config.config, layers } })).toThrow(message);
  });

  it('that are unknown, or have options that change what they do, are refused by name', () => {
    const { config } = cases.find((c) => c.name === 'clip') as Case;
    const changed = (change: Record<string, unknown>, options: Record<string, unknown> = {}): unknown => {
      const layers = (config.config.layers as readonly Record<string, unknown>[]).map((layer) =>
        layer.class_name === 'Clip' ? { ...layer, ...change, config: { ...(layer.config as object), ...options } } : layer,
      );
      return { ...config, config: { ...config.config, layers } };
    };
    const read = (value: unknown): unknown => new ModelReader('model.keras').model(value);
    expect(() => read(changed({ class_name: 'Clap' }))).toThrow(/layer `clip`: unknown operation Clap/);
    expect(() => read(changed({}, { x_min: 'low' }))).toThrow(/layer `clip`: `xMin of Clip` must be a number, received "low"/);
    expect(() => read(changed({}, { x_step: 2 }))).toThrow(/layer `clip`: the operation Clip has no argument `xStep` here/);
  });
});
