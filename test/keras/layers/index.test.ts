import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layerRegistry } from '../../../src/keras/layers/index.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { casesOf, checkConfig } from './keras-cases.js';

describe('every layer', () => {
  it.each(layerRegistry.classes().map((cls) => [cls.className, cls] as const))(
    '%s refuses an option that it does not have',
    (name, cls) => {
      expect(() => new cls({ nonsense: 1 })).toThrow(`\`options of ${name}\` has no option \`nonsense\`; it has`);
    },
  );
});

interface Legacy {
  readonly layer: string;
  readonly case: number;
  readonly old: KerasConfig;
}

const legacy = readFileSync(new URL('cases/legacy.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Legacy);

describe("Keras 2's config", () => {
  it.each(legacy.map((c) => [c.layer, c.case, c] as const))('of %s, case %i, gives what Keras 3 gives', (layer, index, { old }) =>
    checkConfig(old, layer, index),
  );
});

describe('a config with an option that is not supported', () => {
  it.each([
    ['LSTM', { units: 2, time_major: true }, '`timeMajor of LSTM` must be false, received true'],
    ['BatchNormalization', { renorm: true }, '`renorm of BatchNormalization` must be false, received true'],
    ['Conv2DTranspose', { filters: 1, kernel_size: 2, groups: 2 }, '`groups of Conv2DTranspose` must be 1, received 2'],
  ])('is refused: %s', (class_name, config, message) => {
    expect(() => layerRegistry.deserialize({ class_name, config })).toThrow(message);
    const neutral = Object.entries(config).filter(([key]) => ['units', 'num_heads', 'key_dim', 'filters', 'kernel_size'].includes(key));
    expect(layerRegistry.deserialize({ class_name, config: Object.fromEntries(neutral) }).className).toBe(class_name);
  });
});

// Keras takes these options, but leaves them out of its configs.
const UNWRITTEN: Readonly<Record<string, readonly string[]>> = { CategoryEncoding: ['sparse'], SimpleRNN: ['seed'] };

describe('the config of a layer', () => {
  const files = readdirSync(new URL('cases', import.meta.url)).filter((name) => name.endsWith('.jsonl') && name !== 'legacy.jsonl');
  it.each(files.map((name) => name.slice(0, -'.jsonl'.length)))('has the keys of Keras alone, which takes no others: %s', (name) => {
    for (const { config } of casesOf(name)) {
      const own = Object.keys(layerRegistry.deserialize(config).getConfig());
      expect([...Object.keys(config.config), ...(UNWRITTEN[config.class_name] ?? [])]).toEqual(expect.arrayContaining(own));
    }
  });
});
