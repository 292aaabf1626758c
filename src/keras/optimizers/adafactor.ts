/**
 * Adafactor: the mean square of a matrix is kept by rows and columns, and steps are relative to the weights.
 *
 * `w ← w − max(epsilon2, rms(w)) · ρ · u / max(1, rms(u) / clipThreshold)`, where `u = g / √v`, `v` is the mean square of the gradients
 * with `β₂ = 1 − t^beta2Decay`, and `ρ` is the learning rate, at most `1/√t` (in Keras also where `relativeStep` is `false`).
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018, https://arxiv.org/abs/1804.04235.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { cast, minimum, pow, rsqrt } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { boolean, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { type AdafactorScalars, adafactorUpdate, type FactoredSlots, factoredSlots } from './factored-moments.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { counter } from './moments.js';
import type { Named, WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** The power of the step in `1 − β₂`; −0.8 by default. */
  beta2Decay: number({ default: -0.8 }),
  /** Added to squared gradients, not negative; 1e-30 by default. */
  epsilon1: number({ min: 0, default: 1e-30 }),
  /** The least size of a weight that steps are relative to, not negative; 1e-3 by default. */
  epsilon2: number({ min: 0, default: 1e-3 }),
  /** The largest root mean square of `u`, above 0; 1 by default. */
  clipThreshold: number({ min: 0, exclusive: true, default: 1 }),
  /** Kept for Keras's files: the rate is at most `1/√t` either way. `true` by default. */
  relativeStep: boolean(true),
};
export type AdafactorOptions = OptionsOf<typeof fields>;

export class Adafactor extends KerasOptimizer<typeof fields, FactoredSlots, AdafactorScalars> {
  static readonly className = 'Adafactor';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): FactoredSlots {
    return factoredSlots(graph, spec);
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars({ learningRate }: { readonly learningRate: Output }, { step }: { readonly step: Output }): AdafactorScalars {
    const { beta2Decay, epsilon1, epsilon2, clipThreshold } = this.options;
    const t = cast(step, 'float32');
    const constant = (value: number): Output => step.graph.constant(value, 'float32', []);
    return {
      rate: minimum(learningRate, rsqrt(t)),
      gain: pow(t, beta2Decay),
      epsilon1: constant(epsilon1),
      epsilon2: constant(epsilon2),
      clipThreshold: constant(clipThreshold),
    };
  }

  protected override update(w: Output, g: Output, slots: FactoredSlots, scalars: AdafactorScalars): WeightUpdate<FactoredSlots> {
    return adafactorUpdate(w, g, slots, scalars);
  }
}

export const adafactor = factory<AdafactorOptions | undefined, Adafactor>(Adafactor);
