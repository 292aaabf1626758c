/** Optimizers by name, and optimizers as options of other ones. */
import { isDictionary } from '../../tree.js';
import { type Field, field } from '../serialization/fields.js';
import { type Identifier, type KerasConfig, Registry } from '../serialization/registry.js';
import { modernConfig } from './legacy-config.js';
import { Optimizer } from './optimizer.js';

/** Every optimizer that a config may name; `index.ts` fills it. */
export const optimizerRegistry = new Registry<Optimizer>('optimizer', Optimizer as never, []);

/** The optimizer of a Keras config `{ class_name, config }`, of Keras 3 or 2. @throws TypeError, ValueError */
export function deserialize(config: KerasConfig, name = 'config'): Optimizer {
  return optimizerRegistry.deserialize(modernConfig(config), name);
}

/** The optimizer of a name, a config, or itself. @throws TypeError, ValueError */
export function get(identifier: unknown, name = 'optimizer'): Optimizer {
  if (typeof identifier === 'string') return deserialize({ class_name: identifier, config: {} });
  return isDictionary(identifier) ? deserialize(identifier as unknown as KerasConfig, name) : optimizerRegistry.get(identifier, name);
}

/** An optimizer, its name or its config. */
export const optimizerField = (): Field<Identifier<Optimizer>, Optimizer, true> =>
  field<Identifier<Optimizer>, Optimizer>(
    (name, value) => get(value, name),
    (optimizer) => optimizer.serialize('keras.optimizers'),
  );
