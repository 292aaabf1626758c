/** Every registered loss, metric and optimizer passes the checks that are public, and every layer has cases that do. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { keras } from '../../src/index.js';
import type { TensorData } from '../../src/tensor.js';
import { checkLoss, checkMetric, checkOptimizer } from '../../src/testing/index.js';

type Data = readonly [yTrue: TensorData, yPred: TensorData];

const PROBABILITIES = [
  [0.7, 0.2, 0.1],
  [0.1, 0.3, 0.6],
  [0.25, 0.6, 0.15],
  [0.3, 0.1, 0.6],
];
const ONE_HOT: Data = [
  [
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
    [0, 0, 1],
  ],
  PROBABILITIES,
];
const CLASSES: Data = [[1, 2, 0, 2], PROBABILITIES];
const FLAGS: Data = [
  [[1], [0], [1], [0]],
  [[0.8], [0.3], [0.4], [0.6]],
];
const REALS: Data = [
  [
    [0.5, 1.5],
    [2, 0.25],
    [1, 3],
    [0.75, 1],
  ],
  [
    [0.4, 1.9],
    [1.2, 0.6],
    [1.5, 2.5],
    [0.7, 2],
  ],
];
const NUMBERS: Data = [
  [0, 1, 1, 0],
  [0, 1, 0, 1],
];

/** Predictions of four steps for two examples, and the labels in them. */
const SEQUENCES: Data = [
  [
    [1, 2],
    [2, 1],
  ],
  [0, 1].map((i) => [0, 1, 2, 3].map((t) => [0, 1, 2, 3].map((k) => Math.sin(7 * i + 3 * t + 5 * k)))),
];

const LOSS_DATA: Readonly<Record<string, Data>> = {
  BinaryCrossentropy: FLAGS,
  BinaryFocalCrossentropy: FLAGS,
  CategoricalCrossentropy: ONE_HOT,
  CategoricalFocalCrossentropy: ONE_HOT,
  CategoricalGeneralizedCrossEntropy: CLASSES,
  CategoricalHinge: ONE_HOT,
  Circle: [
    [0, 1, 0, 1],
    [
      [0.6, 0.8],
      [0.8, -0.6],
      [-0.28, 0.96],
      [0.96, 0.28],
    ],
  ],
  CTC: SEQUENCES,
  Dice: FLAGS,
  KLDivergence: ONE_HOT,
  SparseCategoricalCrossentropy: CLASSES,
  Tversky: FLAGS,
};
/** Only positive examples count in its mean, so it does not follow from the values of the examples. */
const NOT_ALL_COUNT = ['Circle'];
/** Its op computes in `float32`, too coarse for differences: its own test has the gradient that TensorFlow's tape gives. */
const COARSE = ['CTC'];

describe.each(keras.losses.lossRegistry.classes().map((cls) => cls.className))('%s', (name) => {
  test('passes the check of losses', async () => {
    const [yTrue, yPred] = LOSS_DATA[name] ?? REALS;
    const loss = keras.losses.get(name);
    await checkLoss({ loss, yTrue, yPred, reductions: !NOT_ALL_COUNT.includes(name), gradient: !COARSE.includes(name) });
  });
});

/** Options that have no default. */
const OPTIONS: Readonly<Record<string, object>> = {
  IoU: { num_classes: 2, target_class_ids: [0, 1] },
  MeanIoU: { num_classes: 2 },
  OneHotIoU: { num_classes: 3, target_class_ids: [0, 2] },
  OneHotMeanIoU: { num_classes: 3 },
  PrecisionAtRecall: { recall: 0.5 },
  RecallAtPrecision: { precision: 0.5 },
  SensitivityAtSpecificity: { specificity: 0.5 },
  SpecificityAtSensitivity: { sensitivity: 0.5 },
};
const METRIC_DATA: Readonly<Record<string, Data>> = {
  Accuracy: NUMBERS,
  BinaryAccuracy: FLAGS,
  BinaryCrossentropy: FLAGS,
  BinaryIoU: FLAGS,
  CategoricalAccuracy: ONE_HOT,
  CategoricalCrossentropy: ONE_HOT,
  CategoricalHinge: ONE_HOT,
  F1Score: ONE_HOT,
  FBetaScore: ONE_HOT,
  IoU: NUMBERS,
  KLDivergence: ONE_HOT,
  MeanIoU: NUMBERS,
  OneHotIoU: ONE_HOT,
  OneHotMeanIoU: ONE_HOT,
  SparseCategoricalAccuracy: CLASSES,
  SparseCategoricalCrossentropy: CLASSES,
  SparseTopKCategoricalAccuracy: CLASSES,
  TopKCategoricalAccuracy: ONE_HOT,
};
const OF_FLAGS = /^(AUC|Precision|Recall|(True|False)(Posi|Nega)tives|(Sensi|Speci)\w+At\w+|PrecisionAtRecall|RecallAtPrecision)$/;

const rows = (data: TensorData, from: number, to: number): TensorData => (data as readonly number[]).slice(from, to);

describe.each(keras.metrics.metricRegistry.classes().map((cls) => cls.className))('%s', (name) => {
  test('passes the check of metrics', async () => {
    const [yTrue, yPred] = METRIC_DATA[name] ?? (OF_FLAGS.test(name) ? FLAGS : REALS);
    const metric = keras.metrics.deserialize({ class_name: name, config: { ...OPTIONS[name] } });
    // Two clients of different sizes; the second weighs its examples.
    const batches = [
      { yTrue: rows(yTrue, 0, 1), yPred: rows(yPred, 0, 1) },
      { yTrue: rows(yTrue, 1, 4), yPred: rows(yPred, 1, 4), sampleWeight: [1, 0.5, 2] },
    ];
    await checkMetric({ metric, batches });
  });
});

/** Optimizers that are nothing without others. */
const OF_OTHERS: Readonly<Record<string, () => keras.optimizers.Optimizer>> = {
  LossScaleOptimizer: () => keras.optimizers.lossScaleOptimizer({ innerOptimizer: 'adam' }),
  MultiOptimizer: () => keras.optimizers.multiOptimizer({ optimizerMap: keras.optimizers.optimizerMap({ defaultOptimizer: 'adam' }) }),
};

describe.each(keras.optimizers.optimizerRegistry.classes().map((cls) => cls.className))('%s', (name) => {
  test('passes the check of optimizers', () =>
    checkOptimizer({
      optimizer: OF_OTHERS[name]?.() ?? keras.optimizers.get(name),
    }));
});

describe('layers', () => {
  /** Their cases are not tables of one input and output, and have a test of their own that checks them. */
  const OWN_TEST = ['AdditiveAttention', 'Attention', 'MultiHeadAttention', 'GroupQueryAttention', 'RandomCrop'];
  /** No layer that computes: an input, and one that is only a clear error. */
  const NOTHING = ['InputLayer', 'Lambda'];
  const folder = new URL('../keras/layers/', import.meta.url);
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const shared = readdirSync(new URL('cases/', folder))
    .filter((file) => /^[a-z].*\.jsonl$/.test(file))
    .map((file) => readFileSync(new URL(`cases/${file}`, folder), 'utf8'))
    .join('\n');

  test.each(keras.layers.layerRegistry.classes().map((cls) => cls.className))('%s has cases that pass the check of layers', (name) => {
    if (NOTHING.includes(name) || OWN_TEST.includes(name)) return;
    expect(tests.includes(`testCases('${name}')`) || shared.includes(`"class_name": "${name}"`)).toBe(true);
  });
});
