import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { activityRegularization } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { testCases } from './keras-cases.js';

describe('activityRegularization', () => {
  testCases('ActivityRegularization');

  it('adds the penalty per example to the loss', async () => {
    const layer = activityRegularization({ l1: 0.1, l2: 0.5 });
    const computation = Computation.compile<Tensor>(tensorSpec([null, 2]), (x, graph) => {
      const ctx = new Context(graph, { training: true, values: new Map() });
      layer.invoke(ctx, x as Output);
      expect(ctx.losses.length).toBe(1);
      return ctx.losses[0] as Output;
    });
    const penalty = await computation.run(
      tensor([
        [1, -2],
        [3, 0],
      ]),
    );
    // (0.1 · 6 + 0.5 · 14) / 2
    expect(Number(penalty.data[0])).toBeCloseTo(3.8, 5);
  });
});
