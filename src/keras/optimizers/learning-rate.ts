/** The option `learningRate` of Keras's optimizers. */

import { isDictionary } from '../../tree.js';
import { checkNumber, mustBe } from '../../validate.js';
import { type Field, field } from '../serialization/fields.js';
import type { KerasConfig } from '../serialization/registry.js';
import { LearningRateSchedule, scheduleRegistry } from './schedules/index.js';

/** A number that is not negative, a schedule, or a schedule's config. */
export const learningRate = (fallback: number): Field<number | LearningRateSchedule | KerasConfig, number | LearningRateSchedule, false> =>
  field<number | LearningRateSchedule | KerasConfig, number | LearningRateSchedule>(
    (name, value) => {
      if (typeof value === 'number') return checkNumber(name, value, { min: 0 });
      if (value instanceof LearningRateSchedule || isDictionary(value)) return scheduleRegistry.get(value, name);
      throw mustBe(name, 'a number that is not negative, or a schedule', value);
    },
    (value) => (typeof value === 'number' ? value : value.serialize('keras.optimizers.schedules')),
    fallback,
  );
