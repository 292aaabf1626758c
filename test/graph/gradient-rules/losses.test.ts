import { describe } from 'vitest';
import type { Output } from '../../../src/graph/graph.js';
import { op, ops } from '../../../src/graph/ops/core.js';
import { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../../../src/graph/ops/nn.js';
import { mean } from '../../../src/graph/ops/reduce.js';
import { testGradients } from '../finite-differences.js';

// The kernel's gradient, softmax minus labels, is that of labels which sum to 1; TensorFlow takes it for all.
const probabilities = { shape: [2, 3], values: [0.2, 0.5, 0.3, 0.1, 0.1, 0.8] };
const classes = (x: Output): Output => x.graph.constant([2, 0], 'int32');

const single = { dtype: 'float32', step: 1e-2, tolerance: 1e-3 } as const;

describe('cross-entropy', () => {
  testGradients({
    'by class': { inputs: [[2, 3]], fn: (x) => sparseSoftmaxCrossEntropy(x, classes(x)) },
    'mean by class': { inputs: [[2, 3]], fn: (x) => mean(sparseSoftmaxCrossEntropy(x, classes(x))) },
    'the gradient by class': {
      inputs: [[2, 3]],
      fn: (x) => ops('SparseSoftmaxCrossEntropyWithLogits', [x, classes(x)]),
    },
    // The kernel has float32 only.
    'mean by class in one op': { ...single, inputs: [[2, 3]], fn: (x) => ops('FedkerasMeanCrossEntropy', [x, classes(x)])[0] as Output },
    'its gradient': {
      ...single,
      inputs: [[2, 3], []],
      fn: (x, scale) =>
        op('FedkerasMeanCrossEntropyGrad', [x, classes(x), ops('FedkerasMeanCrossEntropy', [x, classes(x)])[2] as Output, scale]),
    },
    'by probabilities': { inputs: [[2, 3], probabilities], fn: (x, y) => softmaxCrossEntropy(x, y) },
    'mean by probabilities': { inputs: [[2, 3], probabilities], fn: (x, y) => mean(softmaxCrossEntropy(x, y)) },
    'the gradient by probabilities': {
      inputs: [[2, 3], probabilities],
      fn: (x, y) => ops('SoftmaxCrossEntropyWithLogits', [x, y])[1] as Output,
    },
  });
});
