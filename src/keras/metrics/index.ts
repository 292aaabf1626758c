/** All metrics: factories for users, classes for files. A metric is added by an export and an entry in the list. */
import { type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';
import { Mean } from './mean.js';
import { Metric } from './metric.js';
import { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.js';

export { mean } from './mean.js';
export { Metric } from './metric.js';
export { sparseCategoricalAccuracy } from './sparse-categorical-accuracy.js';

const CLASSES = [Mean, SparseCategoricalAccuracy];

export const metricRegistry = new Registry<Metric>('metric', Metric as never, CLASSES as unknown as SerializableClass<Metric>[]);

/** The metric of a Keras config `{ class_name, config }`. */
export const deserialize = (config: KerasConfig): Metric => metricRegistry.deserialize(config, 'config');
/** The metric of a name, a config, or itself. */
export const get = (identifier: unknown): Metric => metricRegistry.get(identifier, 'metric');
