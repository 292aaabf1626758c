/**
 * Stochastic gradient descent with momentum, as TFF's `build_sgdm`.
 *
 * `a ← momentum · a + g; w ← w − learningRate · a`, or with Nesterov momentum `w ← w − learningRate · (g + momentum · a)`.
 *
 * Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013,
 * https://proceedings.mlr.press/v28/sutskever13.html.
 */
import { ValueError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import { add, mul, sub } from '../graph/ops/math.js';
import { filled, type Hparams } from '../keras/optimizers/optimizer.js';
import { type WeightUpdate, WeightwiseOptimizer } from '../keras/optimizers/weightwise-optimizer.js';
import { boolean, number, type OptionsOf, optional } from '../keras/serialization/fields.js';
import { factory } from '../keras/serialization/keras-object.js';
import type { TensorSpec } from '../tensor-spec.js';

const fields = {
  /** Not negative; 0.01 by default, as in TFF. 0 means that weights do not change. */
  learningRate: number({ min: 0, default: 0.01 }),
  /** In `[0, 1]`; `null` (default) and 0 mean none. */
  momentum: optional(number({ min: 0, max: 1 })),
  /** Whether the step looks ahead; needs momentum. `false` by default. */
  nesterov: boolean(false),
};
export type SgdmOptions = OptionsOf<typeof fields>;

type Slots = { readonly accumulator?: Output };
type Scalars = { readonly learningRate: Output; readonly momentum?: Output };

export class Sgdm extends WeightwiseOptimizer<typeof fields, Slots, Scalars> {
  static readonly className = 'sgdm';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: SgdmOptions = {}) {
    super(options);
    const { learningRate, momentum, nesterov } = this.options;
    if (nesterov && !momentum) throw new ValueError('Nesterov momentum needs `momentum` above 0, received none');
    this.hparams = momentum ? { learningRate, momentum } : { learningRate };
  }

  override plainRate(hparams: Hparams<Output>): Output | null {
    return this.options.momentum ? null : (hparams.learningRate as Output);
  }

  protected override weightSlots(graph: Graph, spec: TensorSpec): Slots {
    return this.options.momentum ? { accumulator: filled(graph, spec) } : {};
  }

  protected override update(w: Output, g: Output, { accumulator: old }: Slots, { learningRate, momentum }: Scalars): WeightUpdate<Slots> {
    if (old === undefined || momentum === undefined) return { weight: sub(w, mul(learningRate, g)), slots: {} };
    const accumulator = add(mul(momentum, old), g);
    const direction = this.options.nesterov ? add(g, mul(momentum, accumulator)) : accumulator;
    return { weight: sub(w, mul(learningRate, direction)), slots: { accumulator } };
  }
}

export const sgdm = factory<SgdmOptions | undefined, Sgdm>(Sgdm);
