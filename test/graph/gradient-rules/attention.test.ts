import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph } from '../../../src/graph/graph.js';
import { ops } from '../../../src/graph/ops/core.js';
import { ownAttention } from '../../../src/graph/ops/own-attention.js';
import { testGradients } from '../finite-differences.js';

describe('attention in one op', () => {
  // The kernel has float32 only.
  const single = { dtype: 'float32', step: 1e-2, tolerance: 1e-3 } as const;
  const inputs = [
    [2, 3, 2, 4],
    [2, 5, 2, 4],
    [2, 5, 2, 3],
  ];
  testGradients({
    'of everything': { ...single, inputs, fn: (q, k, v) => ownAttention(q, k, v, q.graph.constant([0], 'float32', [1, 1, 1, 1])) },
    'with places hidden': {
      ...single,
      inputs,
      fn: (q, k, v) => ownAttention(q, k, v, q.graph.constant([0, -3e38, 0, -3e38, 0], 'float32', [1, 1, 1, 5])),
    },
  });

  it('has none for the weights', () => {
    const graph = new Graph();
    try {
      const x = graph.placeholder({ shape: [1, 2, 1, 3], dtype: 'float32' });
      const [, weights] = ops('FedkerasAttention', [x, x, x, graph.constant([0], 'float32', [1, 1, 1, 1])]);
      if (weights === undefined) throw new Error('no weights');
      expect(weights.shape).toEqual([1, 1, 2, 2]);
      expect(() => gradients([weights], [x])).toThrow(ValueError);
    } finally {
      graph.dispose();
    }
  });
});
