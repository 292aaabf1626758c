/**
 * A learning rate that changes from step to step, as TFF's `schedule_learning_rate`: the i-th step, from 0, is made with `schedule(i)`.
 *
 * The rate then is no hyper-parameter any more; the others of the optimizer still are.
 */
import { typeError, ValueError } from '../errors.js';
import { type Graph, Output } from '../graph/graph.js';
import { gather } from '../graph/ops/array.js';
import { add, cast, minimum } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import { counter } from '../keras/optimizers/moments.js';
import { type Hparams, Optimizer, type OptimizerStep, type Slots } from '../keras/optimizers/optimizer.js';
import { LearningRateSchedule } from '../keras/optimizers/schedules/index.js';
import { field } from '../keras/serialization/fields.js';
import type { TensorSpec } from '../tensor-spec.js';
import { checkNumber, describe, mustBe, mustHold } from '../validate.js';

/**
 * The rate of each step: a list of numbers (the last one stays), a Keras schedule, or a graph function of the number of steps made, an
 * `int32` scalar, that gives a scalar.
 */
export type Schedule = readonly number[] | LearningRateSchedule | ((step: Output) => Output);

const fields = {
  optimizer: field<Optimizer, Optimizer>(checkOptimizer, (optimizer) => optimizer.serialize('fedkeras.optimizers')),
  schedule: field<Schedule, Schedule>(checkSchedule, (schedule) =>
    schedule instanceof LearningRateSchedule ? schedule.serialize('keras.optimizers.schedules') : schedule,
  ),
};

class Scheduled extends Optimizer<typeof fields> {
  static readonly className = 'scheduled';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: { readonly optimizer: Optimizer; readonly schedule: Schedule }) {
    super(options);
    const { learningRate: _, ...hparams } = this.options.optimizer.hparams;
    this.hparams = hparams;
  }

  override slots(graph: Graph, specs: readonly TensorSpec[], variables?: readonly Variable[]): Slots<Output> {
    return { roundNum: counter(graph), optimizer: this.options.optimizer.slots(graph, specs, variables) };
  }

  override step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const { optimizer, schedule } = this.options;
    const roundNum = slots.roundNum as Output;
    const scheduled = { ...hparams, learningRate: rateOf(schedule, roundNum) };
    const result = optimizer.step(scheduled, slots.optimizer as Slots<Output>, weights, gradients, variables);
    return { slots: { roundNum: add(roundNum, 1), optimizer: result.slots }, weights: result.weights };
  }

  override scaleLoss(loss: Output, slots: Slots<Output>): Output {
    return this.options.optimizer.scaleLoss(loss, slots.optimizer as Slots<Output>);
  }

  override finalize(slots: Slots<Output>, weights: readonly Output[], variables?: readonly Variable[]): readonly Output[] {
    return this.options.optimizer.finalize(slots.optimizer as Slots<Output>, weights, variables);
  }
}

function checkOptimizer(name: string, value: unknown): Optimizer {
  if (!(value instanceof Optimizer)) throw mustBe(name, 'an optimizer', value);
  if (value.hparams.learningRate === undefined)
    throw new ValueError(
      `\`${name}\` must have learning rate among its hyper-parameters, received one that is scheduled already, or has several rates`,
    );
  return value;
}

/** A schedule given as an option. @throws TypeError, ValueError for something else, or a rate that is negative */
export function checkSchedule(name: string, value: unknown): Schedule {
  if (value instanceof LearningRateSchedule || typeof value === 'function') return value as Schedule;
  if (!Array.isArray(value)) throw mustBe(name, 'a list of rates, a Keras schedule or a graph function of the step', value);
  if (value.length === 0) throw mustHold(name, 'a list with at least one rate', value);
  return value.map((rate, i) => checkNumber(`${name}[${i}]`, rate, { min: 0 }));
}

/** The rate of a step or a round, a `float32` scalar. */
export function rateOf(schedule: Schedule, step: Output): Output {
  if (schedule instanceof LearningRateSchedule) return schedule.rate(step);
  if (typeof schedule !== 'function') {
    return gather(step.graph.constant([...schedule], 'float32'), minimum(step, schedule.length - 1));
  }
  const rate: unknown = schedule(step);
  // A function of a JavaScript number would run once, when the graph is built, and give one rate for ever.
  if (!(rate instanceof Output) || (rate.shape !== null && rate.shape.length !== 0))
    throw typeError(
      `\`schedule\` must give a scalar output of the graph that the step is in (for rates as numbers pass a list), received ${rate instanceof Output ? rate : describe(rate)}`,
    );
  return cast(rate, 'float32');
}

/**
 * An optimizer with a scheduled learning rate.
 *
 * @throws TypeError where `optimizer` or `schedule` is none, ValueError where the optimizer has no learning rate to schedule: it is scheduled
 *   already, a Keras optimizer with a schedule of its own, or a MultiOptimizer, whose optimizers are to be scheduled each.
 */
export const scheduleLearningRate = (optimizer: Optimizer, schedule: Schedule): Optimizer =>
  new Scheduled({ optimizer, schedule }) as unknown as Optimizer;
