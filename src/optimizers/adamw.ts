/**
 * Adam with decoupled weight decay, as TFF's `build_adamw`.
 *
 * Moments as in Adam; `w ← w − learningRate · (√(1 − beta2^t) / (1 − beta1^t) · a / (√p + epsilon) + weightDecay · w)`.
 *
 * Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, https://arxiv.org/abs/1711.05101.
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { biasCorrection, counter, towards } from '../keras/optimizers/moments.js';
import { filled, type Hparams } from '../keras/optimizers/optimizer.js';
import { type Named, type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { number, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { TensorSpec } from '../tensor-spec.js';

const fields = {
  /** Not negative. */
  learningRate: number({ min: 0 }),
  /** How much of the mean gradient stays at each step, in `[0, 1]`; 0.9 by default. */
  beta1: number({ min: 0, max: 1, default: 0.9 }),
  /** How much of the mean square stays at each step, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
  /** The part of a weight that a step with rate 1 takes away, not negative; 0.004 by default, as in TFF and Keras. 0 gives Adam. */
  weightDecay: number({ min: 0, default: 0.004 }),
};
export type AdamwOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulator: Output; readonly preconditioner: Output };
type Scalars = Record<'rate' | 'keep' | 'gain1' | 'gain2' | 'epsilon', Output>;

export class Adamw extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'adamw';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: AdamwOptions) {
    super(options);
    this.hparams = this.options;
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { accumulator: filled(graph, spec), preconditioner: filled(graph, spec) };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars(hparams: Record<keyof typeof fields, Output>, { step }: { readonly step: Output }): Scalars {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = hparams;
    return {
      rate: mul(learningRate, biasCorrection(beta1, beta2, step)),
      keep: sub(1, mul(learningRate, weightDecay)),
      gain1: sub(1, beta1),
      gain2: sub(1, beta2),
      epsilon,
    };
  }

  protected override update(w: Output, g: Output, slots: Slots, { rate, keep, gain1, gain2, epsilon }: Scalars): WeightUpdate<Slots> {
    const accumulator = towards(slots.accumulator, g, gain1);
    const preconditioner = towards(slots.preconditioner, square(g), gain2);
    return {
      weight: sub(mul(w, keep), div(mul(rate, accumulator), add(sqrt(preconditioner), epsilon))),
      slots: { accumulator, preconditioner },
    };
  }
}

export const adamw = factory<AdamwOptions, Adamw>(Adamw);
