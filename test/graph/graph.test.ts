import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Graph, graphOf, type Output } from '../../src/graph/graph.js';
import { add } from '../../src/graph/ops/math.js';
import { tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';

let graph: Graph;
beforeEach(() => {
  graph = new Graph();
});
afterEach(() => graph.dispose());
const placeholder = (of = graph): Output => of.placeholder(tensorSpec([null, 2]) as TensorSpec);

describe('constants', () => {
  it('are one operation where they are equal, and others where they differ in what is hard to see', () => {
    expect(graph.constant([1, 2])).toBe(graph.constant([1, 2]));
    const values: [unknown, string][] = [
      [0, 'float32'],
      [-0, 'float32'],
      [Number.NaN, 'float32'],
      [Number.POSITIVE_INFINITY, 'float32'],
      [Number.NEGATIVE_INFINITY, 'float32'],
      [0, 'int32'],
      [0n, 'int64'],
      ['NaN', 'string'],
      [1, 'float16'],
    ];
    const made = values.map(([value, dtype]) => graph.constant(value as number, dtype as 'float32'));
    expect(new Set(made.map((o) => o.endpoint)).size).toBe(values.length);
    values.forEach(([value, dtype], i) => expect(graph.constant(value as number, dtype as 'float32')).toBe(made[i]));
    expect(graph.constant([1, 2, 3, 4], 'float32', [2, 2])).not.toBe(graph.constant([1, 2, 3, 4], 'float32'));
    // Arrays may change after they are given.
    const data = Float32Array.of(1);
    expect(graph.constant(data)).not.toBe(graph.constant(data));
  });
});

describe('outputs', () => {
  it('know what is known of their shapes, and say it', () => {
    expect(String(placeholder())).toBe('Placeholder/Placeholder:0 float32[null, 2]');
    expect(placeholder().rank).toBe(2);
    const [unknown] = graph.op('Reshape', [placeholder(), graph.op('Placeholder', [], { dtype: 3, shape: { shape: [-1] } })[0] as Output]);
    expect((unknown as Output).shape).toBeNull();
    expect(() => (unknown as Output).rank).toThrow(/the rank of .* is not known/);
  });

  it('of enclosing graphs are captured once, and constants are repeated', () => {
    const [x, two] = [placeholder(), graph.constant(2)];
    const inner = new Graph(graph);
    const innermost = new Graph(inner);
    const y = add(x, innermost.own(x));
    expect(y.graph).toBe(innermost);
    expect([...innermost.captures.keys()]).toContain(x);
    expect(inner.own(x)).toBe(inner.own(x));
    expect(inner.own(two).operation.constant?.data).toEqual(Float32Array.of(2));
    expect(inner.captures.has(two)).toBe(false);
    expect(graphOf([two, [x, inner.own(x)]])).toBe(inner);
    expect(() => graphOf([1])).toThrow('at least one of the inputs must be an output of a graph');
    const other = new Graph();
    expect(() => other.own(x)).toThrow(/Placeholder:0 float32\[null, 2\] belongs to another graph/);
    for (const g of [inner, innermost, other]) g.dispose();
  });
});

describe('operations', () => {
  it('have names of their own, in scopes that TensorFlow takes', () => {
    const names = ['a layer/näme', '_begins', 'a layer/näme'].map((scope) =>
      graph.withScope(scope, () => graph.op('NoOp', []) && graph.operations.at(-1)?.name),
    );
    expect(names).toEqual(['a_layer/n_me/NoOp', '._begins/NoOp', 'a_layer/n_me/NoOp_1']);
    expect(() =>
      graph.withScope('x', () => {
        throw new Error('in it');
      }),
    ).toThrow('in it');
    graph.op('NoOp', []);
    expect(graph.operations.at(-1)?.name).toBe('NoOp');
  });

  it('are refused with TensorFlow’s words, and shapes that it would die of before', () => {
    expect(() => graph.op('NoSuchOp', [])).toThrow(expect.objectContaining({ name: 'TensorFlowError' }));
    expect(() => graph.op('MatMul', [graph.constant([1, 2]), graph.constant([1, 2])])).toThrow(/rank/);
    expect(() => graph.placeholder(tensorSpec([2 ** 40, 2 ** 40]) as TensorSpec)).toThrow(/of a Placeholder has too many elements/);
    expect(add(graph.constant(tensor(1)), 1).shape).toEqual([]);
  });
});
