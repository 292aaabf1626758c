import { afterEach, beforeEach, expect, it } from 'vitest';
import { Context } from '../../src/graph/context.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { Variable } from '../../src/graph/variable.js';

let graph: Graph;
let ctx: Context;
const [known, unknown] = ['known', 'unknown'].map((name) => new Variable({ name, shape: [2] })) as [Variable, Variable];
const value = (...values: number[]): Output => graph.constant(values);
beforeEach(() => {
  graph = new Graph();
  ctx = new Context(graph, { training: true, values: new Map([[known, value(1, 2)]]), seed: () => graph.constant([1n, 2n], 'int64') });
});
afterEach(() => graph.dispose());

it('reads what was assigned last, of the variables that it knows', () => {
  expect(ctx.read(known)).toBe(value(1, 2));
  ctx.assign(known, value(3, 4));
  expect(ctx.read(known)).toBe(value(3, 4));
  expect([...ctx.assigned]).toEqual([known]);
  expect([ctx.has(known), ctx.has(unknown)]).toEqual([true, false]);
  expect(() => ctx.read(unknown)).toThrow('the variable `unknown` is not part of this computation');
  expect(() => ctx.assign(unknown, value(1, 2))).toThrow('is not part of this computation');
  expect(() => ctx.assign(known, value(1))).toThrow(/`known` is float32\[2\] and cannot be assigned .*float32\[1\]/);
  expect(() => ctx.assign(known, graph.constant([1, 2], 'int32'))).toThrow(/cannot be assigned .*int32\[2\]/);
  expect(ctx.read(known)).toBe(value(3, 4));
});

it('has another seed for each call, and none where it was given none', () => {
  const seeds = [ctx.seed(), ctx.seed(), ctx.seed()];
  expect(new Set(seeds).size).toBe(3);
  expect(seeds[0]).toBe(graph.constant([1n, 2n], 'int64'));
  const without = new Context(graph, { training: true, values: new Map() });
  expect(() => without.seed()).toThrow('this computation has no seed, and a layer asks for random numbers');
});

it('goes back to its mode, also after an error', () => {
  expect(ctx.withTraining(false, () => ctx.training)).toBe(false);
  expect(() =>
    ctx.withTraining(false, () => {
      throw new Error('in it');
    }),
  ).toThrow('in it');
  expect(ctx.training).toBe(true);
});

it('keeps masks of outputs, and hands variables to graphs within it', () => {
  const [x, mask] = [value(1), graph.constant([true], 'bool')];
  ctx.setMask(x, mask);
  expect(ctx.mask(x)).toBe(mask);
  ctx.setMask(x, undefined);
  expect(ctx.mask(x)).toBeUndefined();
  const inner = ctx.inner(graph, new Map([[unknown, value(5, 6)]]));
  expect([inner.read(known), inner.read(unknown), inner.training]).toEqual([value(1, 2), value(5, 6), true]);
  expect(ctx.has(unknown)).toBe(false);
});
