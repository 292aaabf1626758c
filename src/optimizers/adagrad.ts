/**
 * Adagrad, as TFF's `build_adagrad`.
 *
 * `p ← p + g²; w ← w − learningRate · g / √(p + epsilon)`.
 *
 * Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12 (2011),
 * https://www.jmlr.org/papers/v12/duchi11a.html.
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { filled, type Hparams } from '../keras/optimizers/optimizer.js';
import { type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { number, type OptionsOf } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { TensorSpec } from '../tensor-spec.js';

const fields = {
  /** Not negative. */
  learningRate: number({ min: 0 }),
  /** What the sum of squares begins as, not negative; 0.1 by default, as in TFF and Keras. */
  initialPreconditionerValue: number({ min: 0, default: 0.1 }),
  /** Keeps the root away from zero, not negative; 1e-7 by default. */
  epsilon: number({ min: 0, default: 1e-7 }),
};
export type AdagradOptions = OptionsOf<typeof fields>;

type Slots = { readonly preconditioner: Output };
type Scalars = { readonly learningRate: Output; readonly epsilon: Output };

export class Adagrad extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'adagrad';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: AdagradOptions) {
    super(options);
    const { learningRate, epsilon } = this.options;
    this.hparams = { learningRate, epsilon };
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return { preconditioner: filled(graph, spec, this.options.initialPreconditionerValue) };
  }

  protected override update(w: Output, g: Output, slots: Slots, { learningRate, epsilon }: Scalars): WeightUpdate<Slots> {
    const preconditioner = add(slots.preconditioner, square(g));
    return { weight: sub(w, div(mul(learningRate, g), sqrt(add(preconditioner, epsilon)))), slots: { preconditioner } };
  }
}

export const adagrad = factory<AdagradOptions, Adagrad>(Adagrad);
