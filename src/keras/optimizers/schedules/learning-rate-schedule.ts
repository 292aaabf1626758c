/** Learning rates that depend on the step. */
import type { Output } from '../../../graph/graph.js';
import { cast } from '../../../graph/ops/math.js';
import { checkString } from '../../../validate.js';
import { type Field, type Fields, field } from '../../serialization/fields.js';
import { KerasObject } from '../../serialization/keras-object.js';

/** A schedule's name, which Keras 2 writes as `null` where it is the default. */
export const scheduleName = (fallback: string): Field<string | null, string, false> =>
  field<string | null, string>(
    (name, value) => (value === null ? fallback : checkString(name, value)),
    (value) => value,
    fallback,
  );

/** The base of all schedules: a graph function of the number of steps made so far. */
export abstract class LearningRateSchedule<F extends Fields = Fields> extends KerasObject<F> {
  /** The rate of a step, a `float32` scalar; `step` counts from 0, a scalar of an integer type. */
  rate(step: Output): Output {
    return this.call(cast(step, 'float32'));
  }

  /** The rate, a `float32` scalar; `step` is a `float32` scalar, exact up to 2²⁴. */
  protected abstract call(step: Output): Output;
}
