/**
 * Adadelta.
 *
 * `a ← rho · a + (1 − rho) · g²; d = √(b + epsilon) / √(a + epsilon) · g; b ← rho · b + (1 − rho) · d²; w ← w − learningRate · d`.
 *
 * Zeiler, "ADADELTA: an adaptive learning rate method", 2012, https://arxiv.org/abs/1212.5701; there the learning rate is 1.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** How much of the averages stays at each step, in `[0, 1]`; 0.95 by default. */
  rho: number({ min: 0, max: 1, default: 0.95 }),
  /** Keeps the roots away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type AdadeltaOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulatedGrad: Output; readonly accumulatedDeltaVar: Output };
type Scalars = { readonly learningRate: Output };

export class Adadelta extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Adadelta';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    const zeros = filled(graph, spec);
    return { accumulatedGrad: zeros, accumulatedDeltaVar: zeros };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const { rho, epsilon } = this.options;
    const average = (old: Output, value: Output): Output => add(mul(rho, old), mul(1 - rho, square(value)));
    const rms = (x: Output): Output => sqrt(add(x, epsilon));
    const accumulatedGrad = average(slots.accumulatedGrad, g);
    const delta = div(mul(rms(slots.accumulatedDeltaVar), g), rms(accumulatedGrad));
    return {
      weight: sub(w, mul(learningRate, delta)),
      slots: { accumulatedGrad, accumulatedDeltaVar: average(slots.accumulatedDeltaVar, delta) },
    };
  }
}

export const adadelta = factory<AdadeltaOptions | undefined, Adadelta>(Adadelta);
