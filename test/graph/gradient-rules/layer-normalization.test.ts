import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { ops } from '../../../src/graph/ops/core.js';
import { ownLayerNormalization } from '../../../src/graph/ops/own-layer-normalization.js';
import { testGradients } from '../finite-differences.js';

const EPSILON = 0.1;

const normalized = (x: Output, gamma: Output, beta: Output): Output[] =>
  ops('FedkerasLayerNormalization', [x, gamma, beta, x.graph.constant(EPSILON, 'float32')]);

const gradient = (x: Output, gamma: Output, dy: Output): Output[] =>
  ops('FedkerasLayerNormalizationGrad', [x, gamma, normalized(x, gamma, gamma)[1] as Output, dy]);

const weights = (x: Output): Output => x.graph.constant([0.5, 1.5, 1, -1, 2], 'float32', [5]);

describe('layer normalization in one op', () => {
  // The kernel has float32 only.
  const single = { dtype: 'float32', step: 1e-2, tolerance: 2e-3 } as const;
  const inputs = [[2, 3, 5], [5], [2, 3, 5]];
  testGradients({
    'of everything': { ...single, inputs: [[2, 3, 5], [5], [5]], fn: (x, gamma, beta) => ownLayerNormalization(x, gamma, beta, EPSILON) },
    'of one row': { ...single, inputs: [[7], [7], [7]], fn: (x, gamma, beta) => ownLayerNormalization(x, gamma, beta, EPSILON) },
    'its gradient, all of it': { ...single, inputs, fn: gradient },
    "its gradient, only the input's": { ...single, inputs, fn: (x, gamma, dy) => gradient(x, gamma, dy)[0] as Output },
    "its gradient, only gamma's": {
      ...single,
      inputs: [
        [2, 3, 5],
        [2, 3, 5],
      ],
      fn: (x, dy) => gradient(x, weights(x), dy)[1] as Output,
    },
  });

  it('has none for the statistics', () => {
    const graph = new Graph();
    try {
      const x = graph.placeholder({ shape: [2, 3], dtype: 'float32' });
      const gamma = graph.constant([1, 1, 1], 'float32', [3]);
      const statistics = normalized(x, gamma, gamma)[1] as Output;
      expect(statistics.shape).toEqual([2, 2]);
      expect(() => gradients([statistics], [x])).toThrow(ValueError);
    } finally {
      graph.dispose();
    }
  });
});
