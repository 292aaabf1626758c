import { expect, test } from 'vitest';
import { deserialize, get, metricRegistry } from '../../../src/keras/metrics/index.js';

/** `get_config()` of every metric of Keras 3.15 with its defaults. */
const KERAS_CONFIGS = {
  AUC: {
    name: 'auc',
    dtype: 'float32',
    num_thresholds: 200,
    curve: 'ROC',
    summation_method: 'interpolation',
    multi_label: false,
    num_labels: null,
    label_weights: null,
    from_logits: false,
  },
  Accuracy: { name: 'accuracy', dtype: 'float32' },
  BinaryAccuracy: { name: 'binary_accuracy', dtype: 'float32', threshold: 0.5 },
  BinaryCrossentropy: { name: 'binary_crossentropy', dtype: 'float32', from_logits: false, label_smoothing: 0 },
  BinaryIoU: { target_class_ids: [0, 1], threshold: 0.5, name: 'binary_io_u', dtype: 'int64' },
  CategoricalAccuracy: { name: 'categorical_accuracy', dtype: 'float32' },
  CategoricalCrossentropy: { name: 'categorical_crossentropy', dtype: 'float32', from_logits: false, label_smoothing: 0, axis: -1 },
  CategoricalHinge: { name: 'categorical_hinge', dtype: 'float32' },
  ConcordanceCorrelation: { name: 'concordance_correlation', dtype: 'float32', axis: -1 },
  CosineSimilarity: { name: 'cosine_similarity', dtype: 'float32' },
  F1Score: { name: 'f1_score', dtype: 'float32', average: null, threshold: null },
  FBetaScore: { name: 'fbeta_score', dtype: 'float32', average: null, beta: 1, threshold: null },
  FalseNegatives: { name: 'false_negatives', dtype: 'float32', thresholds: null },
  FalsePositives: { name: 'false_positives', dtype: 'float32', thresholds: null },
  Hinge: { name: 'hinge', dtype: 'float32' },
  IoU: {
    name: 'io_u',
    dtype: 'int64',
    num_classes: 2,
    target_class_ids: [0],
    ignore_class: null,
    sparse_y_true: true,
    sparse_y_pred: true,
    axis: -1,
  },
  KLDivergence: { name: 'kl_divergence', dtype: 'float32' },
  LogCoshError: { name: 'logcosh', dtype: 'float32' },
  Mean: { name: 'mean', dtype: 'float32' },
  MeanAbsoluteError: { name: 'mean_absolute_error', dtype: 'float32' },
  MeanAbsolutePercentageError: { name: 'mean_absolute_percentage_error', dtype: 'float32' },
  MeanIoU: { num_classes: 2, name: 'mean_io_u', dtype: 'int64', ignore_class: null, sparse_y_true: true, sparse_y_pred: true, axis: -1 },
  MeanSquaredError: { name: 'mean_squared_error', dtype: 'float32' },
  MeanSquaredLogarithmicError: { name: 'mean_squared_logarithmic_error', dtype: 'float32' },
  OneHotIoU: {
    num_classes: 2,
    target_class_ids: [0],
    name: 'one_hot_io_u',
    dtype: 'int64',
    ignore_class: null,
    sparse_y_pred: false,
    axis: -1,
  },
  OneHotMeanIoU: { num_classes: 2, name: 'one_hot_mean_io_u', dtype: 'int64', ignore_class: null, sparse_y_pred: false, axis: -1 },
  PearsonCorrelation: { name: 'pearson_correlation', dtype: 'float32', axis: -1 },
  Poisson: { name: 'poisson', dtype: 'float32' },
  Precision: { name: 'precision', dtype: 'float32', thresholds: null, top_k: null, class_id: null },
  PrecisionAtRecall: { name: 'precision_at_recall', dtype: 'float32', class_id: null, num_thresholds: 200, recall: 0.5 },
  R2Score: { name: 'r2_score', dtype: 'float32', class_aggregation: 'uniform_average', num_regressors: 0 },
  Recall: { name: 'recall', dtype: 'float32', thresholds: null, top_k: null, class_id: null },
  RecallAtPrecision: { name: 'recall_at_precision', dtype: 'float32', class_id: null, num_thresholds: 200, precision: 0.5 },
  RootMeanSquaredError: { name: 'root_mean_squared_error', dtype: 'float32' },
  SensitivityAtSpecificity: { name: 'sensitivity_at_specificity', dtype: 'float32', class_id: null, num_thresholds: 200, specificity: 0.5 },
  SparseCategoricalAccuracy: { name: 'sparse_categorical_accuracy', dtype: 'float32' },
  SparseCategoricalCrossentropy: {
    name: 'sparse_categorical_crossentropy',
    dtype: 'float32',
    from_logits: false,
    ignore_class: null,
    axis: -1,
  },
  SparseTopKCategoricalAccuracy: { name: 'sparse_top_k_categorical_accuracy', dtype: 'float32', k: 5 },
  SpecificityAtSensitivity: { name: 'specificity_at_sensitivity', dtype: 'float32', class_id: null, num_thresholds: 200, sensitivity: 0.5 },
  SquaredHinge: { name: 'squared_hinge', dtype: 'float32' },
  Sum: { name: 'sum', dtype: 'float32' },
  TopKCategoricalAccuracy: { name: 'top_k_categorical_accuracy', dtype: 'float32', k: 5 },
  TrueNegatives: { name: 'true_negatives', dtype: 'float32', thresholds: null },
  TruePositives: { name: 'true_positives', dtype: 'float32', thresholds: null },
} as const;

test.each(Object.entries(KERAS_CONFIGS))('%s has the defaults, the name and the config of Keras', (className, config) => {
  const required = ['num_classes', 'specificity', 'sensitivity', 'recall', 'precision', 'target_class_ids'];
  const needed = Object.fromEntries(Object.entries(config).filter(([key]) => required.includes(key)));
  expect(deserialize({ class_name: className, config: needed }).getConfig()).toMatchObject(config);
  expect(deserialize({ class_name: className, config }).getConfig()).toMatchObject(config);
});

test('there is a metric for each of them, and no other', () =>
  expect(
    metricRegistry
      .classes()
      .map((c) => c.className)
      .sort(),
  ).toEqual(Object.keys(KERAS_CONFIGS).sort()));

test('names in every spelling', () => {
  for (const name of ['mae', 'mean_absolute_error', 'meanAbsoluteError']) expect(get(name).className).toBe('MeanAbsoluteError');
  expect(get('accuracy').className).toBe('Accuracy');
  expect(get('log_cosh').className).toBe('LogCoshError');
  expect(() => get('acuracy')).toThrow(/unknown metric "acuracy"/);
});

test('configs of Keras 2 and of wrapped functions', () => {
  const legacy = deserialize({
    class_name: 'BinaryAccuracy',
    config: { name: 'acc', dtype: 'float32', threshold: 0.3, fn: 'binary_accuracy' },
  });
  expect(legacy.getConfig()).toEqual({ name: 'acc', dtype: 'float32', threshold: 0.3 });
  const fn = {
    module: 'builtins',
    class_name: 'function',
    config: 'categorical_crossentropy',
    registered_name: 'categorical_crossentropy',
  };
  const wrapped = deserialize({ class_name: 'MeanMetricWrapper', config: { name: 'cce', dtype: 'float32', fn, from_logits: true } });
  expect(wrapped.className).toBe('CategoricalCrossentropy');
  expect(wrapped.getConfig()).toMatchObject({ name: 'cce', from_logits: true });
  const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float64' }, registered_name: null };
  expect(deserialize({ class_name: 'Mean', config: { dtype: policy } }).variables.map((v) => v.dtype)).toEqual(['float64', 'float64']);
});

test('refuses what is no option, or no value of one', () => {
  const make = (className: string, config: object) => () => deserialize({ class_name: className, config: config as never });
  expect(make('Precision', { thresholds: [0.5, 1.5] })).toThrow(/`thresholds of Precision\[1\]` must be .* in \[0, 1\], received 1.5/);
  expect(make('AUC', { curve: 'roc curve' })).toThrow(/`curve of AUC` must be one of "ROC", "PR", "PRGAIN"/);
  expect(make('AUC', { num_labels: 2 })).toThrow(/`numLabels` of AUC is needed only where `multiLabel` is true/);
  expect(make('AUC', { multi_label: true, num_labels: 2, label_weights: [1] })).toThrow(/`labelWeights` of AUC must be 2 numbers/);
  expect(make('AUC', { num_thresholds: 1 })).toThrow(/of at least 2/);
  expect(make('IoU', { num_classes: 2, target_class_ids: [2] })).toThrow(/below the number of classes, 2, received 2/);
  expect(make('IoU', { num_classes: 2 })).toThrow(/`targetClassIds` of IoU must be given/);
  expect(make('FBetaScore', { beta: 0 })).toThrow(/above 0/);
  expect(make('F1Score', { beta: 2 })).toThrow(/no option `beta`/);
  expect(make('F1Score', { average: 'mean' })).toThrow(/one of "micro", "macro", "weighted"/);
  expect(make('SensitivityAtSpecificity', { specificity: 2 })).toThrow(/in \[0, 1\]/);
});
