/**
 * Adamax: Adam with the largest gradient in place of the mean square.
 *
 * `m ← beta1 · m + (1 − beta1) · g; u ← max(beta2 · u, |g|); w ← w − learningRate / (1 − beta1^t) · m / (u + epsilon)`, with `t` from 1.
 *
 * Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, https://arxiv.org/abs/1412.6980 (section 7.1).
 */
import type { Graph, Output } from '../../graph/graph.js';
import { abs, add, div, maximum, mul, sub } from '../../graph/ops/math.js';
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
  /** How much of the largest gradient stays at each step, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type AdamaxOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output; readonly norm: Output };
type Scalars = { readonly rate: Output };

export class Adamax extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Adamax';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, norm: zeros };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): Scalars {
    return { rate: div(learningRate, seen(this.options.beta1, step)) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { rate }: Scalars): WeightUpdate<Slots> {
    const { beta1, beta2, epsilon } = this.options;
    const momentum = towards(slots.momentum, g, 1 - beta1);
    const norm = maximum(mul(beta2, slots.norm), abs(g));
    return { weight: sub(w, div(mul(rate, momentum), add(norm, epsilon))), slots: { momentum, norm } };
  }
}

export const adamax = factory<AdamaxOptions | undefined, Adamax>(Adamax);
