import { test } from 'vitest';
import { binaryIoU, iou, meanIoU, oneHotIoU, oneHotMeanIoU } from '../../../src/keras/metrics/index.js';
import { checkMetric } from '../../../src/testing/check-metric.js';

const values = [
  { yTrue: [0, 1, 2, 1], yPred: [0, 2, 2, 1] },
  { yTrue: [2, 0], yPred: [1, 0] },
];
const weighted = [
  { yTrue: [0, 1, 2, 1], yPred: [0, 2, 2, 1], sampleWeight: [1, 2, 3, 1] },
  { yTrue: [2, 0], yPred: [1, 0], sampleWeight: [1, 4] },
];
const rows = [
  {
    yTrue: [
      [0, 1, 1],
      [2, 1, 0],
    ],
    yPred: [
      [0, 1, 2],
      [2, 1, 1],
    ],
  },
];
const rows2 = [
  {
    yTrue: [
      [0, 1, -1],
      [2, 1, 0],
    ],
    yPred: [
      [0, 1, 2],
      [2, 1, 1],
    ],
  },
];
const rows3 = [
  {
    yTrue: [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ],
    yPred: [
      [0.7, 0.2, 0.1],
      [0.25, 0.4, 0.35],
      [0.1, 0.8, 0.1],
    ],
  },
];
const values2 = [
  { yTrue: [1, 0, 1, 1], yPred: [0.8, 0.3, 0.5, 0.05] },
  { yTrue: [0, 1, 0], yPred: [0.7, 0.95, 0.45] },
];

// m = keras.metrics.IoU(num_classes=3, target_class_ids=[0, 2]), updated with each batch: m.result(), m.variables
test('IoU: numClasses 3, targetClassIds [0, 2], values', () =>
  checkMetric({
    metric: iou({ numClasses: 3, targetClassIds: [0, 2] }),
    batches: values,
    expected: 0.66666669,
    variables: {
      total_confusion_matrix: [
        [2, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
      ],
    },
  }));

// m = keras.metrics.IoU(num_classes=3, target_class_ids=[1]), updated with each batch: m.result(), m.variables
test('IoU: numClasses 3, targetClassIds [1], weighted', () =>
  checkMetric({
    metric: iou({ numClasses: 3, targetClassIds: [1] }),
    batches: weighted,
    expected: 0.24999997,
    variables: {
      total_confusion_matrix: [
        [5, 0, 0],
        [0, 1, 2],
        [0, 1, 3],
      ],
    },
  }));

// m = keras.metrics.MeanIoU(num_classes=3), updated with each batch: m.result(), m.variables
test('MeanIoU: numClasses 3, rows', () =>
  checkMetric({
    metric: meanIoU({ numClasses: 3 }),
    batches: rows,
    expected: 0.5,
    variables: {
      total_confusion_matrix: [
        [1, 1, 0],
        [0, 2, 1],
        [0, 0, 1],
      ],
    },
  }));

// m = keras.metrics.MeanIoU(num_classes=3, ignore_class=-1), updated with each batch: m.result(), m.variables
test('MeanIoU: numClasses 3, ignoreClass -1, rows', () =>
  checkMetric({
    metric: meanIoU({ numClasses: 3, ignoreClass: -1 }),
    batches: rows2,
    expected: 0.72222215,
    variables: {
      total_confusion_matrix: [
        [1, 1, 0],
        [0, 2, 0],
        [0, 0, 1],
      ],
    },
  }));

// m = keras.metrics.MeanIoU(num_classes=4), updated with each batch: m.result(), m.variables
test('MeanIoU: numClasses 4, values', () =>
  checkMetric({
    metric: meanIoU({ numClasses: 4 }),
    batches: values,
    expected: 0.55555558,
    variables: {
      total_confusion_matrix: [
        [2, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 0],
      ],
    },
  }));

// m = keras.metrics.OneHotIoU(num_classes=3, target_class_ids=[0, 2]), updated with each batch: m.result(), m.variables
test('OneHotIoU: numClasses 3, targetClassIds [0, 2], rows', () =>
  checkMetric({
    metric: oneHotIoU({ numClasses: 3, targetClassIds: [0, 2] }),
    batches: rows3,
    expected: 0.49999994,
    variables: {
      total_confusion_matrix: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
      ],
    },
  }));

// m = keras.metrics.OneHotMeanIoU(num_classes=3), updated with each batch: m.result(), m.variables
test('OneHotMeanIoU: numClasses 3, rows', () =>
  checkMetric({
    metric: oneHotMeanIoU({ numClasses: 3 }),
    batches: rows3,
    expected: 0.49999997,
    variables: {
      total_confusion_matrix: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
      ],
    },
  }));

// m = keras.metrics.BinaryIoU(), updated with each batch: m.result(), m.variables
test('BinaryIoU: defaults, values', () =>
  checkMetric({
    metric: binaryIoU(),
    batches: values2,
    expected: 0.55000001,
    variables: {
      total_confusion_matrix: [
        [2, 1],
        [1, 3],
      ],
    },
  }));

// m = keras.metrics.BinaryIoU(target_class_ids=[1], threshold=0.4), updated with each batch: m.result(), m.variables
test('BinaryIoU: targetClassIds [1], threshold 0.4, values', () =>
  checkMetric({
    metric: binaryIoU({ targetClassIds: [1], threshold: 0.4 }),
    batches: values2,
    expected: 0.49999994,
    variables: {
      total_confusion_matrix: [
        [1, 2],
        [1, 3],
      ],
    },
  }));
