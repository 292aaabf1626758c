/**
 * Adam, and AMSGrad.
 *
 * `m ← beta1 · m + (1 − beta1) · g; v ← beta2 · v + (1 − beta2) · g²`;
 * `w ← w − learningRate · √(1 − beta2^t) / (1 − beta1^t) · m / (√v + epsilon)`, with `t` from 1; AMSGrad puts the largest `v` so far there.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, https://arxiv.org/abs/1412.6980 (the form before section 2.1);
 * Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018, https://openreview.net/forum?id=ryQu7f-RZ.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, div, maximum, mul, sqrt, square, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { boolean, type Fields, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { biasCorrection, counter, towards } from './moments.js';
import { filled } from './optimizer.js';
import type { Named, WeightUpdate } from './weightwise-optimizer.js';

export const adamFields = {
  ...kerasOptimizerFields(0.001),
  /** How much of the mean gradient stays at each step, in `[0, 1]`; 0.9 by default. */
  beta1: number({ min: 0, max: 1, default: 0.9 }),
  /** How much of the mean square stays at each step, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
  /** Whether the largest mean square so far is used; `false` by default. */
  amsgrad: boolean(false),
};
export type AdamOptions = OptionsOf<typeof adamFields>;

type Slots = { readonly momentum: Output; readonly velocity: Output; readonly velocityHat?: Output };
type Scalars = { readonly rate: Output };

export class Adam extends KerasOptimizer<typeof adamFields, Slots, Scalars> {
  static readonly className: string = 'Adam';
  static readonly fields: Fields = adamFields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, velocity: zeros, ...(this.options.amsgrad ? { velocityHat: zeros } : {}) };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): Scalars {
    return { rate: mul(learningRate, biasCorrection(this.options.beta1, this.options.beta2, step)) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { rate }: Scalars): WeightUpdate<Slots> {
    const { beta1, beta2, epsilon } = this.options;
    const momentum = towards(slots.momentum, g, 1 - beta1);
    const velocity = towards(slots.velocity, square(g), 1 - beta2);
    const velocityHat = slots.velocityHat && maximum(slots.velocityHat, velocity);
    return {
      weight: sub(w, div(mul(momentum, rate), add(sqrt(velocityHat ?? velocity), epsilon))),
      slots: { momentum, velocity, ...(velocityHat && { velocityHat }) },
    };
  }
}

export const adam = factory<AdamOptions | undefined, Adam>(Adam);
