/** Losses that are a function of one tensor of labels and one of predictions. */
import { ValueError } from '../../errors.js';
import { Output } from '../../graph/graph.js';
import { stack } from '../../graph/ops/array.js';
import type { Tree } from '../../tree.js';
import { describe } from '../../validate.js';
import type { Fields } from '../serialization/fields.js';
import { Loss, type LossValues, squeezeToSameRank } from './loss.js';

/** The base of losses of one tensor: subclasses give `fn`. */
export abstract class LossFunctionWrapper<F extends Fields = Fields> extends Loss<F> {
  /** The values per example of labels and predictions, whose ranks agree but for a class axis. */
  protected abstract fn(yTrue: Output, yPred: Output): LossValues;

  protected override call(yTrue: Tree<Output>, yPred: Tree<Output>): LossValues {
    return this.fn(...pairOf(this.className, yTrue, yPred));
  }
}

/**
 * Labels and predictions as two tensors of the same rank; lists of tensors are stacked, as Keras converts them.
 *
 * @throws ValueError for other structures, or lists of tensors of different shapes.
 */
export function pairOf(owner: string, yTrue: Tree<Output>, yPred: Tree<Output>): [Output, Output] {
  if (yTrue instanceof Output && yPred instanceof Output) return squeezeToSameRank(yTrue, yPred);
  const [labels, predictions] = [tensorsOf(owner, 'labels', yTrue), tensorsOf(owner, 'predictions', yPred)];
  if (labels.length !== predictions.length)
    throw new ValueError(
      `the labels of ${owner} must be as many tensors as the predictions, ${predictions.length}, received ${labels.length}`,
    );
  const pairs = labels.map((t, i) => squeezeToSameRank(t, predictions[i] as Output));
  return [
    stackAlike(
      owner,
      'labels',
      pairs.map(([t]) => t),
    ),
    stackAlike(
      owner,
      'predictions',
      pairs.map(([, p]) => p),
    ),
  ];
}

/** One tensor; a list of tensors of one shape is stacked, as Keras converts it. @throws ValueError for other structures */
export const tensorOf = (owner: string, name: string, value: Tree<Output>): Output =>
  value instanceof Output ? value : stackAlike(owner, name, tensorsOf(owner, name, value));

function tensorsOf(owner: string, name: string, value: Tree<Output>): Output[] {
  if (value instanceof Output) return [value];
  if (Array.isArray(value) && value.length > 0 && value.every((t) => t instanceof Output)) return value as Output[];
  throw new ValueError(
    `the ${name} of ${owner} must be one tensor or a list of tensors of one shape, received ${describe(value)}: give a loss per output, or one made of a function (\`fromFunction\`, \`meanOf\`)`,
  );
}

function stackAlike(owner: string, name: string, tensors: readonly Output[]): Output {
  const [first, ...others] = tensors as [Output, ...Output[]];
  const alike = (t: Output): boolean =>
    t.rank === first.rank && t.shape?.every((s, i) => s === null || first.shape?.[i] === null || s === first.shape?.[i]) === true;
  const other = others.find((t) => !alike(t));
  if (other !== undefined) throw new ValueError(`the ${name} of ${owner} must be tensors of one shape, received ${first} and ${other}`);
  return stack(tensors);
}
