/**
 * What all of Keras's optimizers share: schedules, clipping, weight decay, moving averages, gradient accumulation.
 *
 * The order is that of Keras's `BaseOptimizer.apply`: unscale, accumulate, clip, decay, update, average; what trains constrains last.
 */
import { ValueError } from '../../errors.js';
import type { Graph, Output } from '../../graph/graph.js';
import { zerosLike } from '../../graph/ops/array.js';
import { add, addN, cast, clip, div, equal, floorMod, maximum, mul, sqrt, square, sub, where } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../../tree.js';
import { mustHold } from '../../validate.js';
import { boolean, type Fields, integer, number, optional, string, type ValuesOf } from '../serialization/fields.js';
import { defaultName } from '../serialization/names.js';
import { learningRate } from './learning-rate.js';
import { counter, towards } from './moments.js';
import { filled, type Hparams, type OptimizerStep, type Slots } from './optimizer.js';
import { type Named, type OutputsOf, WeightwiseOptimizer } from './weightwise-optimizer.js';

/** The options of every Keras optimizer; `rate` is the default learning rate. */
export const kerasOptimizerFields = (rate: number) => ({
  /** Not negative, or a schedule of the number of steps made. */
  learningRate: learningRate(rate),
  /** The part of a weight that a step with rate 1 takes away before the update, not negative; none by default. */
  weightDecay: optional(number({ min: 0 })),
  /** The largest norm of each weight's gradient; 0 and `null` (default) are no limit, as in Keras. */
  clipnorm: optional(number({ min: 0 })),
  /** The largest absolute value in a gradient; 0 and `null` (default) are no limit. */
  clipvalue: optional(number({ min: 0 })),
  /** The largest norm of all gradients together; 0 and `null` (default) are no limit. */
  globalClipnorm: optional(number({ min: 0 })),
  /** Whether a moving average of the weights is kept, which is what training ends with; `false` by default. */
  useEma: boolean(false),
  /** How much of the average stays at each step, in `[0, 1]`; 0.99 by default. */
  emaMomentum: number({ min: 0, max: 1, default: 0.99 }),
  /** Every so many steps the weights become their average; `null` (default) is never, but at the end of training. */
  emaOverwriteFrequency: optional(integer({ min: 1 })),
  /** The loss is multiplied by it before gradients are taken, and gradients divided, against underflow in `float16`; none by default. */
  lossScaleFactor: optional(number({ min: 0, exclusive: true })),
  /** One update is made for so many steps, with the mean of their gradients: at least 2; `null` (default) is one for each. */
  gradientAccumulationSteps: optional(integer({ min: 2 })),
  /** Made from the class by default. */
  name: optional(string()),
});
export type KerasOptimizerFields = ReturnType<typeof kerasOptimizerFields>;

/** An expression that finds one of the given ones; without any it finds nothing. @throws ValueError */
export function anyOf(name: string, expressions: readonly string[]): RegExp {
  try {
    return expressions.length === 0 ? /(?!)/ : new RegExp(expressions.join('|'));
  } catch {
    throw mustHold(name, 'a list of regular expressions', expressions);
  }
}

/** Which weights are not decayed: the variables themselves, or parts of their names (regular expressions, as in Keras). */
export interface WeightDecayExclusion {
  readonly varList?: readonly Variable[];
  readonly varNames?: readonly string[];
}

/**
 * The base of Keras's optimizers: subclasses give the rule. Its scalars are made from the learning rate alone (`hparams.learningRate`,
 * whether it is a number or scheduled); all else is constant.
 */
export abstract class KerasOptimizer<F extends Fields, S extends OutputsOf<S>, C extends OutputsOf<C>> extends WeightwiseOptimizer<
  F,
  S,
  C
> {
  readonly hparams: Hparams<number>;
  /** The options that every Keras optimizer has. */
  readonly #common: ValuesOf<Omit<KerasOptimizerFields, 'weightDecay'>> & { readonly weightDecay: number | null };
  #excluded: (variable: Variable) => boolean = () => false;

  constructor(options: unknown = {}) {
    super(options);
    this.#common = this.options as never;
    const { learningRate: rate, clipnorm, clipvalue, globalClipnorm } = this.#common;
    if ([clipnorm, clipvalue, globalClipnorm].filter((limit) => limit !== null).length > 1)
      throw new ValueError(
        `only one of \`clipnorm\`, \`clipvalue\` and \`globalClipnorm\` of ${this.className} can be set, received ${clipnorm}, ${clipvalue}, ${globalClipnorm}`,
      );
    this.hparams = typeof rate === 'number' ? { learningRate: rate } : {};
  }

  get name(): string {
    return this.#common.name ?? defaultName(this.className);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name };
  }

  /** Excludes variables from weight decay; they are known where the optimizer trains a model. @throws ValueError */
  excludeFromWeightDecay({ varList = [], varNames = [] }: WeightDecayExclusion): void {
    const pattern = anyOf('varNames', varNames);
    this.#excluded = (variable) => varList.includes(variable) || pattern.test(variable.name);
  }

  /** The weight decay of a weight, where there is any. */
  protected decayOf(_weight: Output, _variable: Variable | undefined): number | null {
    return this.#common.weightDecay;
  }

  /** `step` counts updates: only where something depends on it, since each slot costs time in a training loop. */
  protected override sharedSlots(graph: Graph): Named {
    const { learningRate: rate, useEma } = this.#common;
    return typeof rate !== 'number' || useEma ? { step: counter(graph) } : {};
  }

  override slots(graph: Graph, specs: readonly TensorSpec[]): Slots<Output> {
    const { useEma, gradientAccumulationSteps } = this.#common;
    const zeros = (): Output[] => specs.map((spec) => filled(graph, spec));
    return {
      ...super.slots(graph, specs),
      ...(useEma ? { average: zeros() } : {}),
      ...(gradientAccumulationSteps === null ? {} : { gradientAccumulator: zeros(), microStep: counter(graph) }),
    };
  }

  override step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const { lossScaleFactor: scale, gradientAccumulationSteps } = this.#common;
    const { average, ...rest } = slots;
    const unscaled = scale === null ? gradients : gradients.map((g) => g && div(g, scale));
    const updated =
      gradientAccumulationSteps === null
        ? this.#update(hparams, rest, this.#iteration(rest), weights, unscaled, variables)
        : this.#accumulate(gradientAccumulationSteps, hparams, rest, weights, unscaled, variables);
    return average === undefined ? updated : this.#average(slots, updated);
  }

  override scaleLoss(loss: Output): Output {
    const { lossScaleFactor } = this.#common;
    return lossScaleFactor === null ? loss : mul(loss, lossScaleFactor);
  }

  override finalize({ average, step }: Slots<Output>, weights: readonly Output[]): readonly Output[] {
    if (average === undefined) return weights;
    // Without a step there is no average yet.
    const none = equal(step as Output, 0);
    return weights.map((w, i) => where(none, w, (average as readonly Output[])[i] as Output));
  }

  /** The number of steps made, those included that only accumulate: what schedules depend on. */
  #iteration({ step, microStep }: Slots<Output>): Output | undefined {
    return microStep === undefined || step === undefined
      ? (step as Output | undefined)
      : add(mul(step as Output, this.#common.gradientAccumulationSteps as number), microStep as Output);
  }

  /** Clips, decays, and applies the rule. */
  #update(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    iteration: Output | undefined,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables: readonly Variable[] | undefined,
  ): OptimizerStep {
    const { learningRate: schedule } = this.#common;
    const rate = typeof schedule === 'number' ? (hparams.learningRate as Output) : schedule.rate(iteration as Output);
    const decayed = weights.map((w, i) => {
      const variable = variables?.[i];
      const decay = gradients[i] == null || (variable !== undefined && this.#excluded(variable)) ? null : this.decayOf(w, variable);
      return decay === null ? w : sub(w, mul(w, cast(mul(rate, decay), w.dtype)));
    });
    return super.step({ learningRate: rate }, slots, decayed, this.#clip(gradients), variables);
  }

  /** Adds gradients up, and updates with their mean when there are enough. */
  #accumulate(
    count: number,
    hparams: Hparams<Output>,
    { gradientAccumulator, microStep, ...slots }: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables: readonly Variable[] | undefined,
  ): OptimizerStep {
    const sums = (gradientAccumulator as readonly Output[]).map((s, i) => (gradients[i] == null ? s : add(s, gradients[i])));
    const means = gradients.map((g, i) => g && div(sums[i] as Output, count));
    const seen = add(microStep as Output, 1);
    const full = equal(seen, count);
    const updated = this.#update(hparams, slots, this.#iteration({ ...slots, microStep: microStep as Output }), weights, means, variables);
    const whenFull = <T extends Tree<Output>>(fresh: T, old: T): T => {
      const olds = flatten(old as Tree<Output>);
      return unflatten(
        old,
        flatten(fresh as Tree<Output>).map((value, i) => (value === olds[i] ? value : where(full, value, olds[i] as Output))),
      ) as T;
    };
    return {
      slots: {
        ...whenFull(updated.slots, slots),
        gradientAccumulator: whenFull(sums.map(zerosLike), sums),
        microStep: floorMod(seen, count),
      },
      weights: whenFull(updated.weights, weights),
    };
  }

  /** Moves the averages on, and puts them in the weights' place when it is time. */
  #average({ average, step }: Slots<Output>, updated: OptimizerStep): OptimizerStep {
    const { emaMomentum, emaOverwriteFrequency: frequency } = this.#common;
    // The averages begin as the weights after the first update.
    const gain = where(equal(step as Output, 0), (step as Output).graph.constant(1, 'float32', []), 1 - emaMomentum);
    const moved = updated.weights.map((w, i) => towards((average as readonly Output[])[i] as Output, w, cast(gain, w.dtype)));
    const slots = { ...updated.slots, average: moved };
    if (frequency === null) return { slots, weights: updated.weights };
    const due = equal(floorMod(add(step as Output, 1), frequency), 0);
    return { slots, weights: updated.weights.map((w, i) => where(due, moved[i] as Output, w)) };
  }

  #clip(gradients: readonly (Output | null)[]): readonly (Output | null)[] {
    const { clipnorm, clipvalue, globalClipnorm } = this.#common;
    const present = gradients.filter((g) => g !== null);
    if (clipnorm) return gradients.map((g) => g && mul(g, div(clipnorm, maximum(sqrt(sum(square(g))), clipnorm))));
    if (clipvalue) return gradients.map((g) => g && clip(g, -clipvalue, clipvalue));
    if (!globalClipnorm || present.length === 0) return gradients;
    const norm = sqrt(addN(present.map((g) => cast(sum(square(g)), 'float32'))));
    // The difference is 0, or NaN where the norm is not finite: then no gradient counts, as in Keras.
    const scale = add(div(globalClipnorm, maximum(norm, globalClipnorm)), sub(norm, norm));
    return gradients.map((g) => g && mul(g, cast(scale, g.dtype)));
  }
}
