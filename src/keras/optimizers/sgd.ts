/**
 * Stochastic gradient descent with momentum.
 *
 * `m ← momentum · m − learningRate · g; w ← w + m`, or with Nesterov momentum `w ← w + momentum · m − learningRate · g`.
 *
 * Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html.
 */
import type { Graph, Output } from '../../graph/graph.js';
import { add, mul, sub } from '../../graph/ops/math.js';
import type { TensorSpec } from '../../tensor-spec.js';
import { boolean, number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { KerasOptimizer, kerasOptimizerFields } from './keras-optimizer.js';
import { filled } from './optimizer.js';
import type { WeightUpdate } from './weightwise-optimizer.js';

const fields = {
  ...kerasOptimizerFields(0.01),
  /** In `[0, 1]`; 0 by default. */
  momentum: number({ min: 0, max: 1, default: 0 }),
  /** Whether the step looks ahead; `false` by default. Without momentum it changes nothing. */
  nesterov: boolean(false),
};
export type SGDOptions = OptionsOf<typeof fields>;

type Slots = { readonly momentum?: Output };
type Scalars = { readonly learningRate: Output };

export class SGD extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'SGD';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return this.options.momentum === 0 ? {} : { momentum: filled(graph, spec) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const step = mul(g, learningRate);
    if (slots.momentum === undefined) return { weight: sub(w, step), slots: {} };
    const momentum = sub(mul(slots.momentum, this.options.momentum), step);
    const move = this.options.nesterov ? sub(mul(momentum, this.options.momentum), step) : momentum;
    return { weight: add(w, move), slots: { momentum } };
  }
}

export const sgd = factory<SGDOptions | undefined, SGD>(SGD);
