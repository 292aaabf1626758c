/** Learning rate schedules: factories for users, classes for files. A schedule is added by an export and an entry in the list. */
import { type KerasConfig, Registry, type SerializableClass } from '../../serialization/registry.js';
import { CosineDecay } from './cosine-decay.js';
import { CosineDecayRestarts } from './cosine-decay-restarts.js';
import { ExponentialDecay } from './exponential-decay.js';
import { InverseTimeDecay } from './inverse-time-decay.js';
import { LearningRateSchedule } from './learning-rate-schedule.js';
import { PiecewiseConstantDecay } from './piecewise-constant-decay.js';
import { PolynomialDecay } from './polynomial-decay.js';

export { cosineDecay } from './cosine-decay.js';
export { cosineDecayRestarts } from './cosine-decay-restarts.js';
export { exponentialDecay } from './exponential-decay.js';
export { inverseTimeDecay } from './inverse-time-decay.js';
export { LearningRateSchedule } from './learning-rate-schedule.js';
export { piecewiseConstantDecay } from './piecewise-constant-decay.js';
export { polynomialDecay } from './polynomial-decay.js';

const CLASSES = [ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts];

export const scheduleRegistry = new Registry<LearningRateSchedule>(
  'learning rate schedule',
  LearningRateSchedule as never,
  CLASSES as unknown as SerializableClass<LearningRateSchedule>[],
);

/** The schedule of a Keras config `{ class_name, config }`. */
export const deserialize = (config: KerasConfig): LearningRateSchedule => scheduleRegistry.deserialize(config, 'config');
