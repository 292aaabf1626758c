/** All losses: factories for users, classes for files. A loss is added by an export and an entry in the list. */
import { type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';
import { Loss } from './loss.js';
import { MeanSquaredError } from './mean-squared-error.js';
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';

export { Loss } from './loss.js';
export { meanSquaredError } from './mean-squared-error.js';
export { sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';

const CLASSES = [MeanSquaredError, SparseCategoricalCrossentropy];

export const lossRegistry = new Registry<Loss>('loss', Loss as never, CLASSES as unknown as SerializableClass<Loss>[]);

/** The loss of a Keras config `{ class_name, config }`. */
export const deserialize = (config: KerasConfig): Loss => lossRegistry.deserialize(config, 'config');
/** The loss of a name, a config, or itself. */
export const get = (identifier: unknown): Loss => lossRegistry.get(identifier, 'loss');
