/** Losses and metrics that Keras has written as a wrapper around a function. */
import { isDictionary } from '../../tree.js';
import { mustBe } from '../../validate.js';
import type { KerasConfig } from './registry.js';

/**
 * The config of the class that a wrapped function belongs to: `{ class_name: 'MeanMetricWrapper', config: { fn: 'hinge', name } }` becomes
 * `{ class_name: 'hinge', config: { name } }`; other configs stay as they are.
 *
 * @throws TypeError where the function has no name.
 */
export function unwrapFunction(config: KerasConfig, wrapper: string): KerasConfig {
  if (!isDictionary(config) || config.class_name !== wrapper || !isDictionary(config.config)) return config;
  const { fn, ...rest } = config.config;
  const name = isDictionary(fn) ? fn.config : fn;
  if (typeof name !== 'string') throw mustBe(`fn of ${wrapper}`, 'the name of a function', fn);
  return { class_name: name, config: rest };
}
