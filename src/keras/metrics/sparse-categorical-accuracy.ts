/** Share of examples whose likeliest class is the labelled one. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { squeeze } from '../../graph/ops/array.js';
import { cast, equal } from '../../graph/ops/math.js';
import { argMax } from '../../graph/ops/reduce.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetric } from './mean.js';
import { metricFields } from './metric.js';

const fields = { ...metricFields };

/** Labels are class numbers `[batch, …]`, predictions `[batch, …, classes]`. */
export class SparseCategoricalAccuracy extends MeanMetric<typeof fields> {
  static readonly className = 'SparseCategoricalAccuracy';
  static readonly fields = fields;

  protected override values(_ctx: Context, yTrue: Output, yPred: Output): Output {
    const labels = yTrue.rank === yPred.rank && yTrue.shape?.at(-1) === 1 ? squeeze(yTrue, [yTrue.rank - 1]) : yTrue;
    return equal(cast(labels, 'int64'), argMax(yPred));
  }
}

export const sparseCategoricalAccuracy = factory<OptionsOf<typeof fields> | undefined, SparseCategoricalAccuracy>(
  SparseCategoricalAccuracy,
);
