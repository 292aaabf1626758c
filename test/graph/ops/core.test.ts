import { expect, it } from 'vitest';
import { Graph } from '../../../src/graph/graph.js';
import { constantLike, operands } from '../../../src/graph/ops/core.js';

it('numbers become constants of the other operand, and two of them have no graph', () => {
  const graph = new Graph();
  const x = graph.constant([1, 2], 'float64');
  expect(operands(x, 3)).toEqual([x, graph.constant(3, 'float64')]);
  expect(operands(3, x)).toEqual([graph.constant(3, 'float64'), x]);
  expect(() => operands(1, 2)).toThrow('one of the operands must be an output of a graph');
  expect([constantLike(x, 1).shape, constantLike(x, [1, 2]).shape, constantLike(x, []).shape]).toEqual([[], [2], [0]]);
  graph.dispose();
});
