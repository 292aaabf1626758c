import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { input } from '../../../src/keras/engine/input.js';
import { categoryEncoding } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { testCases } from './keras-cases.js';

describe('categoryEncoding', () => {
  testCases('CategoryEncoding');

  it('counts with weights', async () => {
    const layer = categoryEncoding({ numTokens: 3, outputMode: 'count' });
    const specs = [tensorSpec([null, 3], 'int32'), tensorSpec([null, 3])];
    const computation = Computation.compile<Tensor>(specs, (feeds, graph) => {
      const [x, countWeights] = feeds as [Output, Output];
      return layer.invoke(new Context(graph, { training: false, values: new Map() }), x, { countWeights });
    });
    const counts = await computation.run([tensor(Int32Array.of(0, 2, 0), [1, 3]), tensor([[0.5, 2, 0.25]])]);
    expect(Array.from(counts.data, Number)).toEqual([0.75, 0, 2]);
  });

  it('refuses inputs of other axes, and knows old names of modes', () => {
    expect(() => categoryEncoding({ numTokens: 3 }).apply(input({ shape: [2, 2], dtype: 'int32' }))).toThrow(
      /needs an input \[batch, values\] for the mode multi_hot/,
    );
    expect(categoryEncoding({ numTokens: 3, outputMode: 'binary' as never }).options.outputMode).toBe('multi_hot');
  });
});
