/** Losses made of plain graph functions. */
import { typeError, ValueError } from '../../errors.js';
import { Output } from '../../graph/graph.js';
import type { Tree } from '../../tree.js';
import { checkFunction, checkString, describe } from '../../validate.js';
import { Loss, type LossOptions, lossFields, squeezeToSameRank } from './loss.js';

/** From labels and predictions, whole structures where the model has several outputs, to a value per example. */
export type LossFunction<T extends Tree<Output> = Output> = (yTrue: T, yPred: T) => Output;

class FunctionLoss extends Loss<typeof lossFields> {
  static readonly className = 'LossFunctionWrapper';
  static readonly fields = lossFields;
  readonly #fn: LossFunction<never>;

  constructor(fn: LossFunction<never>, options: LossOptions) {
    super(options);
    this.#fn = fn;
  }

  override getConfig(): never {
    throw new ValueError(`the loss \`${this.name}\` is made of a function and cannot be written to a file`);
  }

  protected override call(yTrue: Tree<Output>, yPred: Tree<Output>): Output {
    const single = yTrue instanceof Output && yPred instanceof Output;
    const [t, p] = single ? squeezeToSameRank(yTrue, yPred) : [yTrue, yPred];
    const values: unknown = this.#fn(t as never, p as never);
    if (!(values instanceof Output))
      throw typeError(`the loss \`${this.name}\` must return an output of a graph, received ${describe(values)}`);
    return values;
  }
}

/**
 * A loss from a graph function of labels and predictions.
 *
 * A last axis of size 1 that only one of two tensors has is dropped before, as for every loss; structures are given as they are.
 *
 * @param name The loss's name.
 * @param fn Adds ops to the graph of its arguments and returns a value per example.
 * @throws TypeError where `name` is no string or `fn` no function.
 */
export function fromFunction<T extends Tree<Output> = Output>(
  name: string,
  fn: LossFunction<T>,
  options: Omit<LossOptions, 'name'> = {},
): Loss {
  checkString('name', name);
  checkFunction('fn', fn);
  return new FunctionLoss(fn, { ...options, name });
}
