import { describe, expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { Guard } from '../../src/templates/guard.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { flat } from './fixtures.js';

/** Of `float32`, for which we have an op, and of another type, for which there is a branch. */
const SPECS = (['float32', 'float64'] as const).map((dtype) => [tensorSpec([2], dtype), tensorSpec([], dtype)] as const);

describe.each(SPECS)('Guard.values of %s and another', (...specs) => {
  const given = (values: number[], { shape, dtype }: (typeof specs)[number]): Tensor => tensor(values, [...shape], dtype);

  it.each([
    [3, [1, 3, -2]],
    [Number.NaN, [0, 0, 0]],
    [Number.POSITIVE_INFINITY, [0, 0, 0]],
  ])('of an update with %d are %j', async (value, expected) => {
    using computation = Computation.compile<Tensor[]>([...specs], (values) => new Guard(values as Output[]).values(values as Output[]));
    expect(flat(await computation.run([given([1, value], specs[0]), given([-2], specs[1])]))).toEqual(expected);
  });

  it('are made zeros in the branch that needs them alone: they would take as much memory as the update', () => {
    const graph = new Graph();
    const values = specs.map((spec) => graph.placeholder(spec));
    new Guard(values).values(values);
    expect(graph.operations.map((o) => o.type)).not.toContain('ZerosLike');
    graph.dispose();
  });
});
