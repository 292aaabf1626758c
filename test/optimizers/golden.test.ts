/** Weights after each step on given gradients, as TensorFlow Federated computed them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Optimizer } from '../../src/keras/optimizers/optimizer.js';
import { optionsFromConfig } from '../../src/keras/serialization/fields.js';
import { adafactor, adagrad, adam, adamw, rmsprop, sgdm, yogi } from '../../src/optimizers/index.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { valuesOf } from '../../src/testing/compare.js';
import { expectClose } from '../keras/optimizers/check-optimizer.js';

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}

const FACTORIES = { adafactor, adagrad, adam, adamw, rmsprop, sgdm, yogi };
const folder = join(import.meta.dirname, '../../../shared/golden/learning');
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('optimizer_')) : [];
const load = (stored: readonly Stored[]): Tensor[] => stored.map(({ shape, data }) => tensor(Float32Array.from(data), shape) as Tensor);

describe.skipIf(cases.length === 0)("TFF's numbers (skipped where ../shared/golden is absent)", () => {
  it('are there for every optimizer', () => expect(cases.length).toBe(8));

  it.each(cases)('%s', async (name) => {
    const { optimizer, weights: initial, gradients, steps } = JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8'));
    const { name: factory, ...config } = optimizer;
    const make = FACTORIES[factory as keyof typeof FACTORIES] as unknown as (options: object) => Optimizer;
    const process = make(optionsFromConfig(config)).create((initial as Stored[]).map(({ shape }) => tensorSpec(shape)));
    let state = await process.initialize();
    let weights = load(initial);
    for (const [i, gradient] of (gradients as Stored[][]).entries()) {
      ({ state, weights } = await process.next(state, weights, load(gradient)));
      expectClose(
        valuesOf(weights),
        (steps[i] as Stored[]).flatMap(({ data }) => data),
      );
    }
  });
});
