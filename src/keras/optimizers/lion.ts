/**
 * Lion: steps of one size, in the direction of the momentum's sign.
 *
 * `w ← w − learningRate · sign(beta1 · m + (1 − beta1) · g); m ← beta2 · m + (1 − beta2) · g`.
 *
 * Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, https://arxiv.org/abs/2302.06675.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, mul, sign, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { mustHold } from '../../validate.js';
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.001),
  /** How much the momentum counts in the direction, above 0 and at most 1; 0.9 by default. */
  beta1: number({ min: 0, max: 1, default: 0.9 }),
  /** How much of the momentum stays at each step, in `[0, 1]`; 0.99 by default. */
  beta2: number({ min: 0, max: 1, default: 0.99 }),
};
export type LionOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum: Output };
type Scalars = { readonly learningRate: Output };

export class Lion extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Lion';
  static readonly fields = fields;

  constructor(options: LionOptions = {}) {
    super(options);
    if (this.options.beta1 === 0) throw mustHold('beta1 of Lion', 'above 0 (else it would be sign descent)', 0);
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { momentum: filled(graph, spec) };
  }

  protected override update(w: Output, g: Output, { momentum: m }: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const mixed = (beta: number): Output => add(mul(m, beta), mul(g, 1 - beta));
    const { beta1, beta2 } = this.options;
    return { weight: sub(w, mul(learningRate, sign(mixed(beta1)))), slots: { momentum: mixed(beta2) } };
  }
}

export const lion = factory<LionOptions | undefined, Lion>(Lion);
