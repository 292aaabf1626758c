/**
 * RMSprop.
 *
 * `v ← rho · v + (1 − rho) · g²; w ← w − learningRate · g / √(v + epsilon)`; centered, `v` less the square of the mean gradient is under
 * the root; with momentum, the steps are added up: `m ← momentum · m + step; w ← w − m`.
 *
 * Tieleman and Hinton, "Lecture 6.5 – RMSprop", COURSERA: Neural networks for machine learning, 2012,
 * https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { boolean, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** How much of the averages stays at each step, in `[0, 1]`; 0.9 by default. */
  rho: number({ min: 0, max: 1, default: 0.9 }),
  /** In `[0, 1]`; 0 by default. */
  momentum: number({ min: 0, max: 1, default: 0 }),
  /** Keeps the root away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
  /** Whether gradients are divided by their deviation, not by their size; `false` by default. */
  centered: boolean(false),
};
export type RMSpropOptions = OptionsOf<typeof fields>;

type Slots = { readonly velocity: Output; readonly momentum?: Output; readonly averageGradient?: Output };
type Scalars = { readonly learningRate: Output };

export class RMSprop extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'RMSprop';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const { momentum, centered } = this.options;
    return {
      velocity: filled(graph, spec),
      ...(momentum === 0 ? {} : { momentum: filled(graph, spec) }),
      ...(centered ? { averageGradient: filled(graph, spec) } : {}),
    };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const { rho, epsilon } = this.options;
    const average = (old: Output, value: Output): Output => add(mul(rho, old), mul(1 - rho, value));
    const velocity = average(slots.velocity, square(g));
    const averageGradient = slots.averageGradient && average(slots.averageGradient, g);
    const variance = averageGradient === undefined ? velocity : sub(velocity, square(averageGradient));
    const step = div(mul(learningRate, g), sqrt(add(variance, epsilon)));
    const momentum = slots.momentum && add(mul(this.options.momentum, slots.momentum), step);
    return {
      weight: sub(w, momentum ?? step),
      slots: { velocity, ...(momentum && { momentum }), ...(averageGradient && { averageGradient }) },
    };
  }
}

export const rmsprop = factory<RMSpropOptions | undefined, RMSprop>(RMSprop);
