/**
 * LAMB: Adam's direction, with steps of each weight's own size.
 *
 * With Adam's averages `m` and `v`: `u = m / (1 − beta1^t) / (√(v / (1 − beta2^t)) + epsilon)`;
 * `w ← w − learningRate · ‖w‖ / ‖u‖ · u`, where the ratio is 1 if one of the norms is 0.
 *
 * You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020, https://arxiv.org/abs/1904.00962.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, div, greater, logicalAnd, mul, sqrt, square, sub, where } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
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
export type LambOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output; readonly velocity: Output };
type Scalars = Record<'learningRate' | 'seen1' | 'seen2', Output>;

const norm = (x: Output): Output => sqrt(sum(square(x)));

export class Lamb extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Lamb';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, velocity: zeros };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): Scalars {
    const { beta1, beta2 } = this.options;
    return { learningRate, seen1: seen(beta1, step), seen2: seen(beta2, step) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate, seen1, seen2 }: Scalars): WeightUpdate<Slots> {
    const { beta1, beta2, epsilon } = this.options;
    const momentum = towards(slots.momentum, g, 1 - beta1);
    const velocity = towards(slots.velocity, square(g), 1 - beta2);
    const u = div(div(momentum, seen1), add(sqrt(div(velocity, seen2)), epsilon));
    const [weightNorm, updateNorm] = [norm(w), norm(u)];
    const ratio = where(logicalAnd(greater(weightNorm, 0), greater(updateNorm, 0)), div(weightNorm, updateNorm), 1);
    return { weight: sub(w, mul(mul(ratio, learningRate), u)), slots: { momentum, velocity } };
  }
}

export const lamb = factory<LambOptions | undefined, Lamb>(Lamb);
