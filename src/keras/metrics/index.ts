/** All metrics: factories for users, classes for files. A metric is added by an export and an entry in the list. */
import { isDictionary } from '../../tree.js';
import { type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';
import { unwrapFunction } from '../serialization/wrapped-function.js';
import { Accuracy } from './accuracy.js';
import { AUC } from './auc.js';
import { BinaryAccuracy } from './binary-accuracy.js';
import { BinaryCrossentropy } from './binary-crossentropy.js';
import { CategoricalAccuracy } from './categorical-accuracy.js';
import { CategoricalCrossentropy } from './categorical-crossentropy.js';
import { FalseNegatives, FalsePositives, TrueNegatives, TruePositives } from './confusion-counts.js';
import { ConcordanceCorrelation, PearsonCorrelation } from './correlation.js';
import { CosineSimilarity } from './cosine-similarity.js';
import { F1Score, FBetaScore } from './f-beta-score.js';
import { BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU } from './iou.js';
import { Mean } from './mean.js';
import {
  CategoricalHinge,
  Hinge,
  KLDivergence,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SquaredHinge,
} from './mean-of-loss.js';
import { Metric } from './metric.js';
import { Precision, Recall } from './precision-recall.js';
import { R2Score } from './r2-score.js';
import { RootMeanSquaredError } from './root-mean-squared-error.js';
import { PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity, SpecificityAtSensitivity } from './sensitivity-specificity.js';
import { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.js';
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';
import { SparseTopKCategoricalAccuracy } from './sparse-top-k-categorical-accuracy.js';
import { Sum } from './sum.js';
import { TopKCategoricalAccuracy } from './top-k-categorical-accuracy.js';

export { accuracy } from './accuracy.js';
export { type AUCOptions, auc } from './auc.js';
export { type BinaryAccuracyOptions, binaryAccuracy } from './binary-accuracy.js';
export { type BinaryCrossentropyOptions, binaryCrossentropy } from './binary-crossentropy.js';
export { categoricalAccuracy } from './categorical-accuracy.js';
export { type CategoricalCrossentropyOptions, categoricalCrossentropy } from './categorical-crossentropy.js';
export { type ConfusionCountOptions, falseNegatives, falsePositives, trueNegatives, truePositives } from './confusion-counts.js';
export { type CorrelationOptions, concordanceCorrelation, pearsonCorrelation } from './correlation.js';
export { type CosineSimilarityOptions, cosineSimilarity } from './cosine-similarity.js';
export { type F1ScoreOptions, type FBetaScoreOptions, f1Score, fBetaScore } from './f-beta-score.js';
export {
  type BinaryIoUOptions,
  binaryIoU,
  type IoUOptions,
  iou,
  type MeanIoUOptions,
  meanIoU,
  type OneHotIoUOptions,
  type OneHotMeanIoUOptions,
  oneHotIoU,
  oneHotMeanIoU,
} from './iou.js';
export { mean } from './mean.js';
export { meanOf } from './mean-of.js';
export {
  categoricalHinge,
  hinge,
  klDivergence,
  logCoshError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  squaredHinge,
} from './mean-of-loss.js';
export { Metric, type MetricOptions, metricFields } from './metric.js';
export { type PrecisionRecallOptions, precision, recall } from './precision-recall.js';
export { type R2ScoreOptions, r2Score } from './r2-score.js';
export { rootMeanSquaredError } from './root-mean-squared-error.js';
export {
  type PrecisionAtRecallOptions,
  precisionAtRecall,
  type RecallAtPrecisionOptions,
  recallAtPrecision,
  type SensitivityAtSpecificityOptions,
  type SpecificityAtSensitivityOptions,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from './sensitivity-specificity.js';
export { sparseCategoricalAccuracy } from './sparse-categorical-accuracy.js';
export { type SparseCategoricalCrossentropyOptions, sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';
export { type SparseTopKCategoricalAccuracyOptions, sparseTopKCategoricalAccuracy } from './sparse-top-k-categorical-accuracy.js';
export { sum } from './sum.js';
export { type TopKCategoricalAccuracyOptions, topKCategoricalAccuracy } from './top-k-categorical-accuracy.js';

const CLASSES = [
  Accuracy,
  AUC,
  BinaryAccuracy,
  BinaryCrossentropy,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  FalseNegatives,
  FalsePositives,
  TrueNegatives,
  TruePositives,
  ConcordanceCorrelation,
  PearsonCorrelation,
  CosineSimilarity,
  F1Score,
  FBetaScore,
  BinaryIoU,
  IoU,
  MeanIoU,
  OneHotIoU,
  OneHotMeanIoU,
  Mean,
  CategoricalHinge,
  Hinge,
  KLDivergence,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SquaredHinge,
  Precision,
  Recall,
  R2Score,
  RootMeanSquaredError,
  PrecisionAtRecall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  Sum,
  TopKCategoricalAccuracy,
];

export const metricRegistry = new Registry<Metric>('metric', Metric as never, CLASSES as unknown as SerializableClass<Metric>[]);

/** The metric of a Keras config `{ class_name, config }`, of Keras 3 or 2. @throws TypeError, ValueError */
export const deserialize = (config: KerasConfig): Metric =>
  metricRegistry.deserialize(unwrapFunction(config, 'MeanMetricWrapper'), 'config');

/** The metric of a name, a config, or itself. @throws TypeError, ValueError */
export const get = (identifier: unknown): Metric =>
  isDictionary(identifier) ? deserialize(identifier as unknown as KerasConfig) : metricRegistry.get(identifier, 'metric');
