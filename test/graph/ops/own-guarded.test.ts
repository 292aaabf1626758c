import { expect, it } from 'vitest';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { guarded } from '../../../src/graph/ops/own-guarded.js';

it('is our own op for values of float32, where the graph may hold such', () => {
  const graph = new Graph();
  const portable = new Graph(null, { portable: true });
  const value = (g: Graph, dtype: 'float32' | 'float64'): Output => g.placeholder({ shape: [null, 3], dtype });
  const passed = (g: Graph): Output => g.placeholder({ shape: [], dtype: 'bool' });
  const results = guarded(passed(graph), [value(graph, 'float32'), value(graph, 'float32')]);
  expect(results?.map(({ operation, shape }) => [operation.type, shape])).toEqual(Array(2).fill(['FedkerasGuarded', [null, 3]]));
  expect(guarded(passed(graph), [value(graph, 'float32'), value(graph, 'float64')])).toBeNull();
  expect(guarded(passed(graph), [])).toBeNull();
  expect(guarded(passed(portable), [value(portable, 'float32')])).toBeNull();
  graph.dispose();
  portable.dispose();
});
