/**
 * What every optimizer must do, as tests: a new optimizer's file calls `checkOptimizer` with numbers that somebody else computed.
 *
 * The numbers in the tests of Keras's optimizers are Keras 3.15.1's (TensorFlow 2.21, CPU), for the weights and gradients of `FIXTURE`:
 *
 *     weights = [keras.Variable(np.array(w, 'float32')) for w in W]
 *     for g in G: optimizer.apply_gradients(zip([tf.constant(x, 'float32') for x in g], weights)); print(weights)
 */
import { expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import type { Optimizer } from '../../../src/keras/optimizers/optimizer.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import {
  checkOptimizer as check,
  FIXTURE,
  floats,
  gradientsOf,
  type OptimizerFixture,
  weightsOf,
} from '../../../src/testing/check-optimizer.js';
import { assertNumbersClose } from '../../../src/testing/compare.js';

/** What is known of an optimizer. */
export interface OptimizerChecks<O> {
  /** By whatever computed the numbers: options, and all weights in one list after each step. */
  readonly steps: Readonly<Record<string, readonly [O, readonly (readonly number[])[]]>>;
  /** Options that must be refused, with what the message must match. */
  readonly refused?: readonly (readonly [Partial<O>, RegExp])[];
  /** Whether it can be made again from its config; `true` by default. */
  readonly serializable?: boolean;
  readonly fixture?: OptimizerFixture;
}

export function expectClose(actual: readonly number[], expected: readonly number[], relative = 1e-4, absolute = 1e-5): void {
  assertNumbersClose(actual, expected, 'values', { relative, absolute });
}

/** Registers the tests of an optimizer. */
export function checkOptimizer<O extends object>(factory: (options: O) => Optimizer, checks: OptimizerChecks<NoInfer<O>>): void {
  const fixture = checks.fixture ?? FIXTURE;
  const specs = fixture.weights.map(({ shape }) => tensorSpec(shape, 'float32'));

  it.each(Object.entries(checks.steps))('%s', (_, [options, expected]) =>
    check({ optimizer: factory(options), expected, fixture, serializable: checks.serializable ?? true }),
  );

  it('refuses hyper-parameters that it does not have', async () => {
    const [options] = Object.values(checks.steps)[0] as readonly [O, unknown];
    const process = factory(options).create(specs);
    expect(() => process.setHparams({}, { nonsense: 1 })).toThrow(TypeError);
  });

  const [options] = Object.values(checks.steps)[0] as readonly [O, unknown];

  it('refuses what does not fit', async () => {
    const process = factory(options).create(specs);
    const state = await process.initialize();
    const [weights, gradients] = [weightsOf(fixture), gradientsOf(fixture, 0)];
    const odd = floats([1, 2, 3], [3]);
    await expect(process.next(state, [odd, ...weights.slice(1)], gradients)).rejects.toThrow(ValueError);
    await expect(process.next(state, weights, [odd, ...gradients.slice(1)])).rejects.toThrow(/gradients\[0\]/);
    await expect(process.next(state, weights, [...gradients, odd])).rejects.toThrow(ValueError);
    await expect(process.next({ ...state, nonsense: odd }, weights, gradients)).rejects.toThrow(/state/);
    await expect(process.next(state, weights, gradients)).resolves.toBeDefined();
  });

  it('has nothing to do without weights', async () => {
    const process = factory(options).create([]);
    const { weights } = await process.next(await process.initialize(), [], []);
    expect(weights).toEqual([]);
  });

  it('refuses an unknown option', () => {
    expect(() => factory({ ...options, nonsense: 1 })).toThrow(TypeError);
  });

  const refused = [[{ learningRate: -1 } as unknown as Partial<O>, /learningRate/] as const, ...(checks.refused ?? [])];
  it.each(refused)('refuses %o', (bad, pattern) => {
    expect(() => factory({ ...options, ...bad })).toThrow(ValueError);
    expect(() => factory({ ...options, ...bad })).toThrow(pattern);
  });
}
