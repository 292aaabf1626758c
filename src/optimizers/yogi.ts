/**
 * Yogi, as TFF's `build_yogi`.
 *
 * `a ← beta1 · a + (1 − beta1) · g; p ← p + (1 − beta2) · sign(g² − p) · g²`;
 * `w ← w − learningRate · √(1 − beta2^t) / (1 − beta1^t) · a / (√p + epsilon)`, with `t` from 1.
 *
 * The sum of squares changes by what is added, not by a factor: rates fall less where gradients become rare. Usual rates are ten times Adam's.
 * Zaheer, Reddi, Sachan, Kale and Kumar, "Adaptive methods for nonconvex optimization", NeurIPS 2018,
 * https://papers.nips.cc/paper/8186-adaptive-methods-for-nonconvex-optimization.
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { biasCorrection, counter, stepTowards, towards } from '../keras/optimizers/moments.js';
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
  /** `1 − beta2` is the part of the squared gradient that is added or taken away, in `[0, 1]`; 0.999 by default. */
  beta2: number({ min: 0, max: 1, default: 0.999 }),
  /** Keeps the divisor away from zero, not negative; 1e-3 by default, as in TFF and the paper. */
  epsilon: number({ min: 0, default: 1e-3 }),
  /** What the sum of squares begins as, not negative; 1e-6 by default. */
  initialPreconditionerValue: number({ min: 0, default: 1e-6 }),
};
export type YogiOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulator: Output; readonly preconditioner: Output };
type Scalars = Record<'rate' | 'gain1' | 'gain2' | 'epsilon', Output>;

export class Yogi extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'yogi';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: YogiOptions) {
    super(options);
    const { learningRate, beta1, beta2, epsilon } = this.options;
    this.hparams = { learningRate, beta1, beta2, epsilon };
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { accumulator: filled(graph, spec), preconditioner: filled(graph, spec, this.options.initialPreconditionerValue) };
  }

  protected override sharedSlots(graph: Graph): Named {
    return { step: counter(graph) };
  }

  protected override scalars(
    { learningRate, beta1, beta2, epsilon }: Record<'learningRate' | 'beta1' | 'beta2' | 'epsilon', Output>,
    { step }: { readonly step: Output },
  ): Scalars {
    return { rate: mul(learningRate, biasCorrection(beta1, beta2, step)), gain1: sub(1, beta1), gain2: sub(1, beta2), epsilon };
  }

  protected override update(w: Output, g: Output, slots: Slots, { rate, gain1, gain2, epsilon }: Scalars): WeightUpdate<Slots> {
    const accumulator = towards(slots.accumulator, g, gain1);
    const preconditioner = stepTowards(slots.preconditioner, square(g), gain2);
    return {
      weight: sub(w, div(mul(rate, accumulator), add(sqrt(preconditioner), epsilon))),
      slots: { accumulator, preconditioner },
    };
  }
}

export const yogi = factory<YogiOptions, Yogi>(Yogi);
