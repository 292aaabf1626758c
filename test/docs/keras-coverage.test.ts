import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keras } from '../../src/index.js';

const script = new URL('../../scripts/keras-coverage.mjs', import.meta.url).href;
const { coveragePage } = (await import(script)) as { coveragePage: (own: unknown) => string };
const page = readFileSync(new URL('../../docs/keras-coverage.md', import.meta.url), 'utf8');

/** Rows of a section: Keras's names, whether there is such, and what. */
function rowsOf(module: string): { readonly names: readonly string[]; readonly isThere: boolean; readonly text: string }[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`keras.${module}:`)) ?? '';
  return [...section.matchAll(/^\| (`.*`) \| (yes|no) \| (.*) \|$/gm)].map(([, names, is, text]) => ({
    names: [...(names as string).matchAll(/`(\w+)`/g)].map((m) => m[1] as string),
    isThere: is === 'yes',
    text: text as string,
  }));
}
const REGISTRIES = {
  layers: keras.layers.layerRegistry,
  losses: keras.losses.lossRegistry,
  metrics: keras.metrics.metricRegistry,
  optimizers: keras.optimizers.optimizerRegistry,
  'optimizers.schedules': keras.optimizers.schedules.scheduleRegistry,
  initializers: keras.initializers.initializerRegistry,
  regularizers: keras.regularizers.regularizerRegistry,
  constraints: keras.constraints.constraintRegistry,
};
// Base classes, what Keras makes of functions, and what is a part of a MultiOptimizer are no entries of registries.
const BASES = /^(Layer|Loss|Metric|MeanMetricWrapper|Optimizer|OptimizerMap|LearningRateSchedule|Initializer|Regularizer|Constraint)$/;

describe('docs/keras-coverage.md', () => {
  it('is what the script writes', () => {
    expect(page).toBe(coveragePage(keras));
  });

  it.each(Object.entries(REGISTRIES))('says of keras.%s what the registry has, under all names', (module, registry) => {
    const rows = rowsOf(module);
    expect(rows.length).toBeGreaterThan(4);
    const found = rows.filter((row) => row.isThere && !row.names.some((name) => BASES.test(name)));
    for (const { names } of found) for (const name of names) expect(registry.find(name)?.className, name).toBeDefined();
    const missing = rows.filter((row) => !row.isThere && row.names[0] !== 'Lambda');
    for (const { names } of missing) for (const name of names) expect(registry.find(name), name).toBeUndefined();
    // And nothing is left out.
    const listed = new Set(rows.flatMap(({ names }) => names));
    for (const cls of registry.classes()) expect(listed, cls.className).toContain(cls.className);
  });

  it('names what there is in this package', () => {
    for (const module of [...Object.keys(REGISTRIES), 'activations'])
      for (const { text } of rowsOf(module).filter((row) => row.isThere)) {
        const path = (/^`keras\.(.*)`$/.exec(text)?.[1] ?? '').split('.');
        const value = path.reduce((inner, part) => (inner as Record<string, unknown>)[part], keras as unknown);
        expect(typeof value, text).toBe('function');
      }
  });
});
