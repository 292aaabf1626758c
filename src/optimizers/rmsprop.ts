/**
 * RMSprop, as TFF's `build_rmsprop`.
 *
 * `p ← decay · p + (1 − decay) · g²; w ← w − learningRate · g / (√p + epsilon)`.
 *
 * Tieleman and Hinton, "Lecture 6.5 – RMSprop", COURSERA: Neural networks for machine learning, 2012,
 * https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf.
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { towards } from '../keras/optimizers/moments.js';
import { filled, type Hparams } from '../keras/optimizers/optimizer.js';
import { type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { number, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { TensorSpec } from '../tensor-spec.js';

const fields = {
  /** Not negative. */
  learningRate: number({ min: 0 }),
  /** How much of the mean square stays at each step, in `[0, 1]`; 0.9 by default. */
  decay: number({ min: 0, max: 1, default: 0.9 }),
  /** Keeps the divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type RmspropOptions = OptionsOf<typeof fields>;

type Slots = { readonly preconditioner: Output };
type Scalars = { readonly learningRate: Output; readonly gain: Output; readonly epsilon: Output };

export class Rmsprop extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'rmsprop';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: RmspropOptions) {
    super(options);
    const { learningRate, decay, epsilon } = this.options;
    this.hparams = { learningRate, decay, epsilon };
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { preconditioner: filled(graph, spec) };
  }

  protected override scalars({ learningRate, decay, epsilon }: Record<'learningRate' | 'decay' | 'epsilon', Output>): Scalars {
    return { learningRate, gain: sub(1, decay), epsilon };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate, gain, epsilon }: Scalars): WeightUpdate<Slots> {
    const preconditioner = towards(slots.preconditioner, square(g), gain);
    return { weight: sub(w, div(mul(learningRate, g), add(sqrt(preconditioner), epsilon))), slots: { preconditioner } };
  }
}

export const rmsprop = factory<RmspropOptions, Rmsprop>(Rmsprop);
