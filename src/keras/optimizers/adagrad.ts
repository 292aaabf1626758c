/**
 * Adagrad.
 *
 * `a ← a + g²; w ← w − learningRate · g / √(a + epsilon)`.
 *
 * Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12 (2011),
 * https://www.jmlr.org/papers/v12/duchi11a.html.
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
  /** What the sum of squares begins as, not negative; 0.1 by default. */
  initialAccumulatorValue: number({ min: 0, default: 0.1 }),
  /** Keeps the root away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type AdagradOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulator: Output };
type Scalars = { readonly learningRate: Output };

export class Adagrad extends KerasOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'Adagrad';
  static readonly fields = fields;

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { accumulator: filled(graph, spec, this.options.initialAccumulatorValue) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate }: Scalars): WeightUpdate<Slots> {
    const accumulator = add(slots.accumulator, square(g));
    return { weight: sub(w, div(mul(learningRate, g), sqrt(add(accumulator, this.options.epsilon)))), slots: { accumulator } };
  }
}

export const adagrad = factory<AdagradOptions | undefined, Adagrad>(Adagrad);
