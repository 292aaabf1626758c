/**
 * Adafactor, as TFF's `build_adafactor`.
 *
 * `w ← w − max(epsilon2, rms(w)) · ρ · u / max(1, rms(u) / clipThreshold)`, where `u = g / √v`, `v` is the mean square of the gradients
 * with `β₂ = 1 − t^beta2Decay`, kept by rows and columns where there are two axes or more, and `ρ` is the learning rate, at most `1/√t`.
 * Hyper-parameters can be set like any other's: TFF's own `set_hparams` loses the state here.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", ICML 2018, https://arxiv.org/abs/1804.04235.
 */
import type { Graph, Output } from '../graph/graph.js';
import { cast, minimum, pow, rsqrt, sqrt } from '../graph/ops/math.js';
import { type AdafactorScalars, adafactorUpdate, type FactoredSlots, factoredSlots } from '../keras/optimizers/factored-moments.js';
import { counter } from '../keras/optimizers/moments.js';
import type { Hparams } from '../keras/optimizers/optimizer.js';
import { type Named, type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { boolean, number, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { TensorSpec } from '../tensor-spec.js';

const fields = {
  /** Not negative. */
  learningRate: number({ min: 0 }),
  /** The power of the step in `1 − β₂`; −0.8 by default. */
  beta2Decay: number({ default: -0.8 }),
  /** Added to squared gradients, not negative; 1e-30 by default. */
  epsilon1: number({ min: 0, default: 1e-30 }),
  /** The least size of a weight that steps are relative to, not negative; 1e-3 by default. */
  epsilon2: number({ min: 0, default: 1e-3 }),
  /** The largest root mean square of `u`, above 0; 1 by default. */
  clipThreshold: number({ min: 0, exclusive: true, default: 1 }),
  /** Whether the rate is at most `1/√t`; `true` by default. */
  relativeStep: boolean(true),
};
export type AdafactorOptions = OptionsOf<typeof fields>;

export class Adafactor extends WeightwiseOptimizer<typeof fields, FactoredSlots, AdafactorScalars> {
  static readonly className = 'adafactor';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: AdafactorOptions) {
    super(options);
    const { relativeStep: _, ...hparams } = this.options;
    this.hparams = hparams;
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): FactoredSlots {
    return factoredSlots(graph, spec);
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars(
    hparams: Record<Exclude<keyof typeof fields, 'relativeStep'>, Output>,
    { step }: { readonly step: Output },
  ): AdafactorScalars {
    const { learningRate, beta2Decay, epsilon1, epsilon2, clipThreshold } = hparams;
    const t = cast(step, 'float32');
    // Without relative steps TFF bounds the rate by √t: this matters only for rates above 1.
    const rate = minimum(learningRate, this.options.relativeStep ? rsqrt(t) : sqrt(t));
    return { rate, gain: pow(t, beta2Decay), epsilon1, epsilon2, clipThreshold };
  }

  protected override update(w: Output, g: Output, slots: FactoredSlots, scalars: AdafactorScalars): WeightUpdate<FactoredSlots> {
    return adafactorUpdate(w, g, slots, scalars);
  }
}

export const adafactor = factory<AdafactorOptions, Adafactor>(Adafactor);
