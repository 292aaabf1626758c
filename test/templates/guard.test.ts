import { describe, expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { Guard } from '../../src/templates/guard.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { tensorSpec } from '../../src/tensor-spec.js';
import { flat } from './fixtures.js';

const SPECS = [tensorSpec([2]), tensorSpec([])] as const;

describe('Guard.values', () => {
  it.each([
    [3, [1, 3, -2]],
    [Number.NaN, [0, 0, 0]],
    [Number.POSITIVE_INFINITY, [0, 0, 0]],
  ])('of an update with %d are %j', async (value, expected) => {
    using computation = Computation.compile<Tensor[]>([...SPECS], (values) => new Guard(values as Output[]).values(values as Output[]));
    expect(flat(await computation.run([tensor([1, value]), tensor(-2)]))).toEqual(expected);
  });

  it('are made zeros in the branch that needs them alone: they would take as much memory as the update', () => {
    const graph = new Graph();
    const values = SPECS.map((spec) => graph.placeholder(spec));
    new Guard(values).values(values);
    expect(graph.operations.map((o) => o.type)).not.toContain('ZerosLike');
    graph.dispose();
  });
});
