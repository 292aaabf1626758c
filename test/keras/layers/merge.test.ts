import { describe, expect, it } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { input } from '../../../src/keras/engine/input.js';
import { add, dot, subtract } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const steps = tensorSpec([null, 3, 1]);
const mask = tensorSpec([null, 3], 'bool');
const merged = (masks: 1 | 2): Computation<Tensor[]> =>
  Computation.compile<Tensor[]>([steps, steps, mask, mask], (feeds, graph) => {
    const [a, b, maskA, maskB] = feeds as [Output, Output, Output, Output];
    const ctx = new Context(graph, { training: false, values: new Map() });
    ctx.setMask(a, maskA);
    if (masks === 2) ctx.setMask(b, maskB);
    const found = ctx.mask(add().invoke(ctx, [a, b]) as Output);
    return found === undefined ? [] : [found];
  });
const feeds = [
  tensor(new Float32Array(3), [1, 3, 1]),
  tensor(new Float32Array(3), [1, 3, 1]),
  tensor([[true, true, false]]),
  tensor([[false, true, true]]),
];

describe('merging layers', () => {
  it('count what counts in every input', async () => {
    const [both] = await merged(2).run(feeds);
    expect(Array.from(both?.data as Uint8Array)).toEqual([0, 1, 0]);
  });

  it('count all where an input has no mask', async () => {
    expect(await merged(1).run(feeds)).toEqual([]);
  });

  it('refuse a single input, and shapes that do not broadcast', () => {
    expect(() => add().apply(input({ shape: [2] }))).toThrow(/needs a list of at least 2 inputs/);
    expect(() => add().apply([input({ shape: [2] }), input({ shape: [3] })])).toThrow(/Dimensions|Incompatible shapes/);
    expect(() => add().apply([input({ shape: [2] }), [input({ shape: [2] })]])).toThrow(/needs a list of at least 2 inputs/);
  });

  it.each([subtract, () => dot({ axes: 1 })])('of two inputs refuse a third', (layer) => {
    const three = [1, 2, 3].map(() => input({ shape: [2] }));
    expect(layer().apply(three.slice(1)).shape[0]).toBe(null);
    expect(() => layer().apply(three)).toThrow(/layer `\w+` takes two inputs, received 3/);
  });
});
