import { describe } from 'vitest';
import { op, ops } from '../../../src/graph/ops/core.js';
import { biasAdd, logSoftmax, softmax } from '../../../src/graph/ops/nn.js';
import { testGradients } from '../finite-differences.js';

const normalisation = {
  inputs: [[4, 2, 2, 3], { shape: [3], range: [0.5, 1.5] }, [3], [3], { shape: [3], range: [0.5, 1] }],
  dtype: 'float32',
} as const;

describe('biases and softmax', () => {
  testGradients({
    BiasAdd: { inputs: [[2, 3], [3]], fn: (x, b) => biasAdd(x, b), known: ['all', 'all but the batch'] },
    'BiasAdd to images': { inputs: [[2, 2, 2, 3], [3]], fn: (x, b) => biasAdd(x, b) },
    BiasAddGrad: { inputs: [[2, 2, 3]], fn: (dy) => op('BiasAddGrad', [dy]) },
    softmax: { inputs: [[2, 4]], fn: (x) => softmax(x) },
    logSoftmax: { inputs: [[2, 4]], fn: (x) => logSoftmax(x) },
    L2Loss: { inputs: [[2, 3]], fn: (x) => op('L2Loss', [x]) },
  });
});

describe('batch normalisation', () => {
  testGradients({
    // Mean and variance are those of the batch, and the inputs for them are not read.
    'in training': {
      ...normalisation,
      inputs: normalisation.inputs.slice(0, 3),
      fn: (x, scale, offset) => {
        const [zeros, ones] = [x.graph.constant([0, 0, 0]), x.graph.constant([1, 1, 1])];
        return ops('FusedBatchNormV3', [x, scale, offset, zeros, ones], { epsilon: 0.01, is_training: true })[0] as typeof x;
      },
      tolerance: 1e-2,
    },
    'in inference': {
      ...normalisation,
      inputs: normalisation.inputs.slice(0, 3),
      fn: (x, scale, offset) => {
        const [mean, variance] = [x.graph.constant([0.1, -0.2, 0.3]), x.graph.constant([1, 0.5, 2])];
        return ops('FusedBatchNormV3', [x, scale, offset, mean, variance], { epsilon: 0.01, is_training: false })[0] as typeof x;
      },
    },
  });
});
