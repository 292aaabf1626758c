import { afterAll, describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { reshape } from '../../../src/graph/ops/array.js';
import { mul } from '../../../src/graph/ops/math.js';
import { sparseSoftmaxCrossEntropy } from '../../../src/graph/ops/nn.js';
import { meanOfLosses, sumOfLosses } from '../../../src/graph/ops/own-cross-entropy.js';

const graph = new Graph();
const portable = new Graph(null, { portable: true });
afterAll(() => {
  graph.dispose();
  portable.dispose();
});

const logits = (g: Graph, dtype: 'float32' | 'float64' = 'float32'): Output => g.placeholder({ shape: [null, 5], dtype });
const losses = (x: Output): Output => sparseSoftmaxCrossEntropy(x, x.graph.placeholder({ shape: [null], dtype: 'int64' }));

describe('the mean of losses', () => {
  it('is one op with cross-entropies, whatever shape they were given', () => {
    const x = logits(graph);
    for (const values of [losses(x), reshape(losses(x), [-1, 4])]) {
      const mean = meanOfLosses(values);
      expect(mean.operation.type).toBe('FedkerasMeanCrossEntropy');
      expect([mean.shape, sumOfLosses(mean, x)?.shape]).toEqual([[], []]);
    }
  });

  it("is TensorFlow's everywhere else", () => {
    const x = logits(graph);
    const gradient = losses(x).operation.outputs[1] as Output;
    const others = [losses(logits(graph, 'float64')), losses(logits(portable)), mul(losses(x), 2), gradient, x];
    for (const values of others) {
      const mean = meanOfLosses(values);
      expect(mean.operation.type).toBe('Mean');
      expect(sumOfLosses(mean, x)).toBeNull();
    }
  });

  it('has a known sum over the rows of its logits alone', () => {
    const x = logits(graph);
    expect(sumOfLosses(meanOfLosses(losses(x)), logits(graph))).toBeNull();
  });

  it('is what has a gradient, and not the sum', () => {
    const x = logits(graph);
    const sum = sumOfLosses(meanOfLosses(losses(x)), x) as Output;
    expect(() => gradients([sum], [x])).toThrow(ValueError);
  });
});
