import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';
import { ModelReader } from '../../../src/keras/saving/model-reader.js';
import { camelCase } from '../../../src/keras/serialization/names.js';

interface Case {
  readonly config: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const cases = readFileSync(new URL('cases/summaries.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

function summaryOf(model: keras.Model, options: keras.SummaryOptions = {}): string {
  const printed: string[] = [];
  model.summary({ ...options, printFn: (text) => printed.push(text) });
  expect(printed.length).toBe(1);
  return printed[0] as string;
}

describe('summary', () => {
  it.each(cases.map((c) => [JSON.stringify(c.options), c] as const))('is what Keras prints: %s', (_, { config, options, text }) => {
    const model = new ModelReader('model.keras').model(config);
    const own = Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
    expect(summaryOf(model, own)).toBe(text);
  });

  it('says what is not built', () => {
    const model = keras.sequential([keras.layers.dense({ units: 3, name: 'later' })]) as unknown as keras.Model;
    expect(summaryOf(model)).toMatch(/│ later \(Dense\) +│ \? +│ +0 \(unbuilt\) │/);
  });

  it('refuses options that are none', () => {
    const model = keras.sequential([keras.input({ shape: [2] }), keras.layers.flatten()]) as unknown as keras.Model;
    expect(() => model.summary({ width: 5 } as never)).toThrow('has no option `width`');
    expect(() => model.summary({ printFn: 'log' as never })).toThrow('`printFn` must be a function, received "log"');
    expect(() => model.summary({ lineLength: 9 })).toThrow('`lineLength` must leave 4 characters for each column, received 9');
    expect(() => model.summary({ positions: [1] })).toThrow('`positions` must be 3 numbers, received [1]');
    expect(() => model.summary({ layerRange: ['a', 'b'] })).toThrow('`layerRange` must name layers of the model, received [a, b]');
  });
});
