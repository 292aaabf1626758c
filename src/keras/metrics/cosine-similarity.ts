/** The mean cosine of the angle between labels and predictions. */
import type { Output } from '../../graph/graph.js';
import { cosineValues } from '../losses/cosine-similarity.js';
import { axisField } from '../losses/cross-entropy-fields.js';
import type { OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import { metricFields } from './metric.js';

const fields = { ...axisField, ...metricFields };
export type CosineSimilarityOptions = OptionsOf<typeof fields>;

/** The cosine of the angle between vectors along `axis`: 1 for the same direction, 0 where one is zero, -1 for opposite ones. */
export class CosineSimilarity extends MeanMetricWrapper<typeof fields> {
  static readonly className = 'CosineSimilarity';
  static readonly fields = fields;

  protected override fn(yTrue: Output, yPred: Output): Output {
    return cosineValues(yTrue, yPred, this.options.axis);
  }
}

export const cosineSimilarity = factory<CosineSimilarityOptions | undefined, CosineSimilarity>(CosineSimilarity);
