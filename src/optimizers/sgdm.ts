/**
 * Stochastic gradient descent with momentum, as TFF's `build_sgdm`.
 *
 * `a ← momentum · a + g; w ← w − learningRate · a`, or with Nesterov momentum `w ← w − learningRate · (g + momentum · a)`.
 */

import { ValueError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import { add, mul, sub } from '../graph/ops/math.js';
import { filled, type Hparams, Optimizer, type OptimizerStep, type Slots } from '../keras/optimizers/optimizer.js';
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

export class Sgdm extends Optimizer<typeof fields> {
  static readonly className = 'sgdm';
  static readonly fields = fields;
  readonly hparams: Hparams<number>;

  constructor(options: SgdmOptions = {}) {
    super(options);
    const { learningRate, momentum, nesterov } = this.options;
    if (nesterov && !momentum) throw new ValueError('Nesterov momentum needs `momentum` above 0, received none');
    this.hparams = momentum ? { learningRate, momentum } : { learningRate };
  }

  override slots(graph: Graph, specs: readonly TensorSpec[]): Slots<Output> {
    return this.options.momentum ? { accumulator: filled(graph, specs) } : {};
  }

  override step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
  ): OptimizerStep {
    const { learningRate, momentum } = hparams as Record<string, Output>;
    const old = slots.accumulator as readonly Output[] | undefined;
    if (old === undefined || momentum === undefined) {
      return { slots: {}, weights: weights.map((w, i) => (gradients[i] == null ? w : sub(w, mul(learningRate as Output, gradients[i])))) };
    }
    const accumulator = old.map((a, i) => (gradients[i] == null ? a : add(mul(momentum, a), gradients[i])));
    const direction = (a: Output, g: Output): Output => (this.options.nesterov ? add(g, mul(momentum, a)) : a);
    return {
      slots: { accumulator },
      weights: weights.map((w, i) =>
        gradients[i] == null ? w : sub(w, mul(learningRate as Output, direction(accumulator[i] as Output, gradients[i]))),
      ),
    };
  }
}

export const sgdm = factory<SgdmOptions | undefined, Sgdm>(Sgdm);
