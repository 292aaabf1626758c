/**
 * FTRL-proximal: follow the regularized leader.
 *
 * With `p = −learningRatePower`: `n' = n + g²; z ← z + g + 2 · shrinkage · w − (n'^p − n^p) / learningRate · w`;
 * `w ← (clip(z, ±l1) − z) / (n'^p / learningRate + 2 · (l2 + beta / (2 · learningRate)))`, and `n ← n'`.
 *
 * McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, https://research.google.com/pubs/archive/41159.pdf.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, clip, div, mul, pow, square, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** At most 0, which keeps the rate; −0.5 by default: rates fall with the root of the sum of squares. */
  learningRatePower: number({ max: 0, default: -0.5 }),
  /** What the sum of squares begins as, not negative; 0.1 by default. */
  initialAccumulatorValue: number({ min: 0, default: 0.1 }),
  /** Not negative; 0 by default. */
  l1RegularizationStrength: number({ min: 0, default: 0 }),
  /** Not negative; 0 by default. */
  l2RegularizationStrength: number({ min: 0, default: 0 }),
  /** L2 regularisation that does not change the sum of squares, not negative; 0 by default. */
  l2ShrinkageRegularizationStrength: number({ min: 0, default: 0 }),
  /** The paper's β; 0 by default. */
  beta: number({ default: 0 }),
};
export type FtrlOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulator: Output; readonly linear: Output };
type Scalars = { readonly learningRate: Output };

export class Ftrl extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Ftrl';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { accumulator: filled(graph, spec, this.options.initialAccumulatorValue), linear: filled(graph, spec) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const { learningRatePower, l1RegularizationStrength: l1, l2RegularizationStrength: l2, beta } = this.options;
    const shrinkage = 2 * this.options.l2ShrinkageRegularizationStrength;
    const accumulator = add(slots.accumulator, square(g));
    const power = pow(accumulator, -learningRatePower);
    const sigma = div(sub(power, pow(slots.accumulator, -learningRatePower)), learningRate);
    const gradient = shrinkage === 0 ? g : add(g, mul(shrinkage, w));
    const linear = add(slots.linear, sub(gradient, mul(sigma, w)));
    const quadratic = add(div(power, learningRate), add(div(beta, learningRate), 2 * l2));
    return { weight: div(sub(clip(linear, -l1, l1), linear), quadratic), slots: { accumulator, linear } };
  }
}

export const ftrl = factory<FtrlOptions | undefined, Ftrl>(Ftrl);
