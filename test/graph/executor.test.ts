import { describe, expect, it } from 'vitest';
import { executorFor } from '../../src/graph/executor.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { ifElse } from '../../src/graph/loop.js';
import { op } from '../../src/graph/ops/core.js';
import { tensorSpec } from '../../src/tensor-spec.js';

const executor = (sizes: readonly (readonly (number | null)[])[], build: (graph: Graph) => unknown = () => null) => {
  const graph = new Graph();
  const feeds = sizes.map((shape) => graph.placeholder(tensorSpec(shape)));
  build(graph);
  const found = executorFor(graph, feeds);
  graph.dispose();
  return found;
};

const convolved = (x: Output) => op('Conv2D', [x, x], { strides: [1, 1, 1, 1], padding: 'SAME' });

describe('executorFor', () => {
  it('is the single-threaded one up to 131,072 elements of known sizes', () => {
    expect(executor([[512, 256]])).toBe('single-threaded');
    expect(executor([[512, 256], []])).toBe('default');
    expect(executor([[256, 256], [256, 255], [256]])).toBe('single-threaded');
  });

  it('does not count data, whose sizes are not known', () => {
    expect(executor([[null, 1_000_000], [10]])).toBe('single-threaded');
  });

  it('is the default one where there are ops of images, in a function too', () => {
    const image = (graph: Graph) => graph.placeholder(tensorSpec([1, 1, 1, 1]));
    expect(executor([[2]], (graph) => convolved(image(graph)))).toBe('default');
    const pooled = (x: Output) => op('MaxPool', [x], { ksize: [1, 1, 1, 1], strides: [1, 1, 1, 1], padding: 'SAME' });
    expect(executor([[2]], (graph) => pooled(image(graph)))).toBe('default');
    const inBranch = (graph: Graph) =>
      ifElse(
        graph,
        graph.placeholder(tensorSpec([], 'bool')),
        ([x]) => [convolved(x as Output)],
        ([x]) => [x as Output],
        [image(graph)],
      );
    expect(executor([[2]], inBranch)).toBe('default');
  });
});
