/**
 * Schedule-free AdamW: no schedule of the rate is needed, nor when training ends.
 *
 * `z ← z − learningRate · g / (√(v / (1 − beta2^t)) + epsilon)`, `x` is the mean of all `z`, and the weights are `(1 − beta1) · z + beta1 · x`;
 * `v` is Adam's mean square, `z` begins as the weights, and `x` is worked out from weights and `z`.
 *
 * Defazio et al., "The road less scheduled", NeurIPS 2024, https://arxiv.org/abs/2405.15682.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, cast, div, equal, minimum, mul, reciprocal, sqrt, square, sub, where } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { counter, seen, towards } from './moments.js';
import { filled, type Hparams, type OptimizerStep, type Slots as StateSlots } from './optimizer.js';
import type { Named, WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.0025),
  /** How near the weights are to the mean, above 0 and at most 1; 0.9 by default. */
  beta1: number({ min: Number.MIN_VALUE, max: 1, default: 0.9 }),
  /** How much of the mean square stays at each step, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-8 by default. */
  epsilon: number({ min: 0, default: 1e-8 }),
  /** Over how many steps the rate rises to its value, not negative; 0 by default. */
  warmupSteps: number({ min: 0, default: 0 }),
};
export type ScheduleFreeAdamWOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output; readonly velocity: Output };
type Scalars = Record<'rate' | 'seen2' | 'part', Output>;

export class ScheduleFreeAdamW extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'ScheduleFreeAdamW';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { momentum: zeros, velocity: zeros };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  override step(
    hparams: Hparams<Output>,
    slots: StateSlots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const first = equal(slots.step as Output, 0);
    const momentum = weights.map((w, i) => where(first, w, (slots.momentum as readonly Output[])[i] as Output));
    return super.step(hparams, { ...slots, momentum }, weights, gradients, variables);
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): Scalars {
    const { beta2, warmupSteps } = this.options;
    const t = cast(step, 'float32');
    const rate = warmupSteps === 0 ? learningRate : mul(learningRate, minimum(div(t, warmupSteps), 1));
    return { rate, seen2: seen(beta2, step), part: reciprocal(t) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { rate, seen2, part }: Scalars): WeightUpdate<Slots> {
    const { beta1, beta2, epsilon } = this.options;
    const velocity = towards(slots.velocity, square(g), 1 - beta2);
    const momentum = sub(slots.momentum, div(mul(rate, g), add(sqrt(div(velocity, seen2)), epsilon)));
    const mean = div(sub(w, mul(1 - beta1, slots.momentum)), beta1);
    return { weight: towards(momentum, towards(mean, momentum, part), beta1), slots: { momentum, velocity } };
  }
}

export const scheduleFreeAdamw = factory<ScheduleFreeAdamWOptions | undefined, ScheduleFreeAdamW>(ScheduleFreeAdamW);
