/**
 * Nadam: Adam with Nesterov momentum.
 *
 * With `uₜ = beta1 · (1 − 0.96^t / 2)`, `t` from 1, and their product `U`, and with Adam's averages `m` and `v`:
 * `m̂ = uₜ₊₁ · m / (1 − U · uₜ₊₁) + (1 − uₜ) · g / (1 − U); w ← w − learningRate · m̂ / (√(v / (1 − beta2^t)) + epsilon)`.
 *
 * Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, cast, div, mul, pow, sqrt, square, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { counter, seen, towards } from './moments.js';
import { filled } from './optimizer.js';
import type { Named, WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** How much of the mean gradient stays at each step, in `[0, 1]`; 0.9 by default. */
  beta1: number({ min: 0, max: 1, default: 0.9 }),
  /** How much of the mean square stays at each step, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type NadamOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output; readonly velocity: Output };
/** The learning rate is in the factors of momentum and gradient. */
type Scalars = Record<'momentumRate' | 'gradientRate' | 'seen2', Output>;

export class Nadam extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Nadam';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, velocity: zeros };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph), uProduct: graph.constant(1, 'float32', []) };
  }

  protected override advance(shared: { readonly step: Output; readonly uProduct: Output }): Named {
    const step = add(shared.step, 1);
    return { step, uProduct: mul(shared.uProduct, this.#u(step)) };
  }

  protected override scalars(
    { learningRate }: { readonly learningRate: Output },
    { step, uProduct }: { readonly step: Output; readonly uProduct: Output },
  ): Scalars {
    const next = this.#u(add(step, 1));
    return {
      momentumRate: div(mul(learningRate, next), sub(1, mul(uProduct, next))),
      gradientRate: div(mul(learningRate, sub(1, this.#u(step))), sub(1, uProduct)),
      seen2: seen(this.options.beta2, step),
    };
  }

  /** The momentum of a step. */
  #u(step: Output): Output {
    return mul(this.options.beta1, sub(1, mul(0.5, pow(0.96, cast(step, 'float32')))));
  }

  protected override update(w: Output, g: Output, slots: Slots, { momentumRate, gradientRate, seen2 }: Scalars): WeightUpdate<Slots> {
    const { beta1, beta2, epsilon } = this.options;
    const momentum = towards(slots.momentum, g, 1 - beta1);
    const velocity = towards(slots.velocity, square(g), 1 - beta2);
    const step = add(mul(momentumRate, momentum), mul(gradientRate, g));
    return { weight: sub(w, div(step, add(sqrt(div(velocity, seen2)), epsilon))), slots: { momentum, velocity } };
  }
}

export const nadam = factory<NadamOptions | undefined, Nadam>(Nadam);
