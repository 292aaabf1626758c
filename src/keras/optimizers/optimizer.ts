/**
 * Optimizers: pure functions over explicit state, as graph functions.
 *
 * One form serves Keras's optimizers and TFF's, on clients and on the server. Hyper-parameters are scalars in the state, so that a schedule
 * or a caller can change them without building the graph again.
 */

import type { Graph, Output } from '../../graph/graph.js';
import { fill } from '../../graph/ops/array.js';
import type { Variable } from '../../graph/variable.js';
import type { Tensor } from '../../tensor.js';
import type { TensorSpec } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import { mustBe } from '../../validate.js';
import type { Fields } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';
import type { Hparams } from './hparams.js';
import { OptimizerProcess } from './optimizer-process.js';

export { type Hparams, hparamsOf, withHparams } from './hparams.js';

/** What an optimizer keeps per weight or per step, by name: `accumulator`, `step` … */
export type Slots<T> = Readonly<Record<string, Tree<T>>>;
/** Hyper-parameters and slots in one dictionary. */
export type OptimizerState = Readonly<Record<string, Tree<Tensor>>>;

/** What one step gives. */
export interface OptimizerStep {
  readonly slots: Slots<Output>;
  readonly weights: readonly Output[];
}

/** The base of all optimizers: subclasses give the slots before the first step, and a step. */
export abstract class Optimizer<F extends Fields = Fields> extends KerasObject<F> {
  /** The hyper-parameters that live in the state, with their initial values; empty for none. */
  abstract readonly hparams: Hparams<number>;

  /**
   * The slots before the first step: graph outputs such as zeros of each weight's shape (see {@link filled}).
   *
   * @param variables The variables behind the weights, where known, as in {@link step} and {@link finalize}.
   */
  abstract slots(graph: Graph, specs: readonly TensorSpec[], variables?: readonly Variable[]): Slots<Output>;

  /**
   * One step. A weight whose gradient is `null` stays as it is, and so do its slots; steps are counted all the same.
   *
   * @param gradients Of the loss that {@link scaleLoss} gives.
   * @param variables The variables behind the weights, where known: for what depends on their names, such as exclusion from decay. Constraints are
   *   not the optimizer's.
   */
  abstract step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep;

  /** The loss that gradients are to be taken of: a multiple of it where the optimizer divides gradients again, with the slots before the step. */
  scaleLoss(loss: Output, _slots: Slots<Output>): Output {
    return loss;
  }

  /**
   * For an optimizer without slots whose step is `w − rate · g`, the rate; else `null`. A training loop then differentiates `rate · loss` and
   * only subtracts, which saves a pass over all weights in every step.
   */
  plainRate(_hparams: Hparams<Output>): Output | null {
    return null;
  }

  /** The weights that training ends with: their moving average where the optimizer keeps one (`useEma`). */
  finalize(_slots: Slots<Output>, weights: readonly Output[], _variables?: readonly Variable[]): readonly Output[] {
    return weights;
  }

  /** The optimizer by itself, for weights of the given specs; or for the given variables, where something depends on their names. */
  create(weights: readonly TensorSpec[] | readonly Variable[]): OptimizerProcess {
    return new OptimizerProcess(this as unknown as Optimizer, weights);
  }
}

/** An optimizer given as an option. @throws TypeError */
export function checkOptimizer(name: string, value: unknown): Optimizer {
  if (!(value instanceof Optimizer)) throw mustBe(name, 'an optimizer', value);
  return value;
}

/** A tensor of the spec's shape and element type, filled with one value: what most slots begin as. */
export const filled = (graph: Graph, spec: TensorSpec, value = 0): Output =>
  fill(graph.constant(spec.shape as number[], 'int32', [spec.shape.length]), graph.constant(value, spec.dtype));
