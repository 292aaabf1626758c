/**
 * Connectionist temporal classification: sequences of labels without alignment.
 *
 * Graves et al., "Connectionist temporal classification: Labelling unsegmented sequence data with recurrent neural networks", ICML 2006.
 */
import { typeError, ValueError } from '../../errors.js';
import { customGradient } from '../../graph/gradients.js';
import type { Output } from '../../graph/graph.js';
import { concat, fill, range, reshape, shapeOf, sizeOfAxis, sizeOutput, sliceAxis, transpose } from '../../graph/ops/array.js';
import { op, ops } from '../../graph/ops/core.js';
import { cast, less, mul, notEqual, sub } from '../../graph/ops/math.js';
import { sum } from '../../graph/ops/reduce.js';
import { factory } from '../serialization/keras-object.js';
import { type LossOptions, lossFields } from './loss.js';
import { LossFunctionWrapper } from './loss-function-wrapper.js';

/** Labels are class numbers `[batch, length]`, padded at the end by 0, the blank; predictions are logits `[batch, steps, classes]`. */
export class CTC extends LossFunctionWrapper<typeof lossFields> {
  static readonly className = 'CTC';
  static readonly fields = lossFields;

  protected override castLabels(labels: Output): Output {
    return cast(labels, 'int32');
  }

  protected override fn(yTrue: Output, yPred: Output): Output {
    if (yTrue.rank !== 2) throw new ValueError(`the labels of CTC must be of shape [batch, length], received ${yTrue}`);
    if (yPred.rank !== 3) throw new ValueError(`the predictions of CTC must be of shape [batch, steps, classes], received ${yPred}`);
    if (yPred.dtype !== 'float32' && yPred.dtype !== 'float64') throw typeError(`CTC computes in float32 or float64, received ${yPred}`);
    const lengths = sum(cast(notEqual(yTrue, 0), 'int32'), 1);
    const steps = fill(shapeOf(lengths), sizeOutput(yPred, sizeOfAxis(yPred, 1)));
    const used = less(range(yTrue, 0, sizeOfAxis(yTrue, 1)), reshape(lengths, [-1, 1]));
    const indices = op('Where', [used]);
    // The op's blank is the last class, Keras's the first.
    const values = sub(op('GatherNd', [yTrue, indices]), 1);
    const logits = transpose(concat([sliceAxis(yPred, 2, 1), sliceAxis(yPred, 2, 0, 1)], 2), [1, 0, 2]);
    return withGradient(logits, indices, values, steps);
  }
}

/** The op gives its gradient as a second output. */
function withGradient(logits: Output, indices: Output, values: Output, steps: Output): Output {
  let own: Output | undefined;
  const [loss] = customGradient(
    [logits],
    () => {
      const [perExample, gradient] = ops('CTCLoss', [logits, indices, values, steps]) as [Output, Output];
      own = gradient;
      return [perExample];
    },
    ([dy]) => [dy === null || dy === undefined ? null : mul(own as Output, reshape(dy, [1, -1, 1]))],
  ) as [Output];
  return loss;
}

export const ctc = factory<LossOptions | undefined, CTC>(CTC);
