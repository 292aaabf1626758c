import { describe, expect, it } from 'vitest';
import type { DType } from '../../../src/dtype.js';
import { Computation } from '../../../src/graph/computation.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import { op } from '../../../src/graph/ops/core.js';
import { mul } from '../../../src/graph/ops/math.js';
import { biasAdd, maxPool, relu } from '../../../src/graph/ops/nn.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import type { Tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { normals } from '../normals.js';

describe('pooling comes before what grows with its input', () => {
  /** The ops from the result back. */
  function typesOf(dtype: DType): string[] {
    const graph = new Graph();
    let y: Output | undefined = maxPool(
      relu(biasAdd(graph.placeholder({ shape: [1, 4, 4, 3], dtype }), graph.placeholder({ shape: [3], dtype }))),
      [2, 2],
      [2, 2],
      'valid',
    );
    const types: string[] = [];
    for (; y !== undefined; y = y.operation.inputs[0]) types.push(y.operation.type);
    graph.dispose();
    return types;
  }

  it('and a bias before a result is rounded', () => {
    expect(typesOf('float32')).toEqual(['Relu', 'BiasAdd', 'MaxPool', 'Placeholder']);
    expect(typesOf('float16')).toEqual(['Relu', 'MaxPool', 'BiasAdd', 'Placeholder']);
  });

  it.each([
    ['valid', [2, 2], [2, 2]],
    ['same', [3, 2], [2, 1]],
    ['valid', [2], [2]],
    ['same', [2, 2, 2], [1, 1, 1]],
  ] as const)('with the same numbers and gradients: %s, %o by %o', async (padding, size, strides) => {
    const spatial = size.map((_, axis) => 6 + axis);
    const given = [normals([2, ...spatial, 5], 1), normals([5], 2)];
    const type = size.length === 3 ? 'MaxPool3D' : 'MaxPool';
    const wide = (numbers: readonly number[], one: number): number[] => [one, ...(numbers.length === 1 ? [1] : []), ...numbers, 1];
    const asWritten = (x: Output, bias: Output): Output => {
      const activated = op('Relu', [op('BiasAdd', [x, bias])]);
      const attributes = { ksize: wide(size, 1), strides: wide(strides, 1), padding: padding.toUpperCase() };
      if (size.length > 1) return op(type, [activated], attributes);
      const row = op('Reshape', [activated, x.graph.constant([2, 1, ...spatial, 5], 'int32', [4])]);
      return op('Squeeze', [op(type, [row], attributes)], { squeeze_dims: [1] });
    };
    using computation = Computation.compile(
      given.map((t) => tensorSpec(t.shape)),
      (inputs) => {
        const [x, bias] = inputs as [Output, Output];
        const results = [maxPool(relu(biasAdd(x, bias)), size, strides, padding), asWritten(x, bias)];
        return results.flatMap((y) => [y, ...(gradients([sum(mul(y, y))], [x, bias]) as Output[])]);
      },
    );
    const found = (await computation.run(given)) as unknown as Tensor[];
    const [y, dx, db, expected, expectedDx, expectedDb] = found.map((t) => Array.from(t.data as Float32Array)) as number[][];
    expect(y?.some((v) => v === 0) && y?.some((v) => v > 0)).toBe(true);
    expect(y).toEqual(expected);
    expect(dx).toEqual(expectedDx);
    // In another order of summands.
    db?.forEach((v, i) => {
      expect(v / (expectedDb?.[i] as number)).toBeCloseTo(1, 5);
    });
  });
});
