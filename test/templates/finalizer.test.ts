import { describe, expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import { Graph, type Output } from '../../src/graph/graph.js';
import { greater } from '../../src/graph/ops/math.js';
import { max } from '../../src/graph/ops/reduce.js';
import { optimizers, type Tensor, tensor, tensorSpec } from '../../src/index.js';
import { applyOptimizerFinalizer, type Finalizer, keepWeights, type RejectUpdate } from '../../src/templates/finalizer.js';
import { mapTree, type Tree } from '../../src/tree.js';
import { flat, zeroModel } from './fixtures.js';

const variables = zeroModel().trainableVariables;
const momentum = optimizers.sgdm({ learningRate: 0.5, momentum: 0.9 });
const WEIGHTS = [tensor([[1], [2]]), tensor([3])];

/** One server step by itself. */
async function step(finalizer: Finalizer, update: readonly Tensor[], state?: Tree<Tensor>, given: readonly Tensor[] = WEIGHTS) {
  const before = state ?? (await Computation.compile([], (_, graph) => finalizer.initialize(graph)).run([]));
  const specs = mapTree([before, [...given], [...update]] as Tree<Tensor>, (t) => tensorSpec([...t.shape], t.dtype));
  const out = await Computation.compile(specs as never, (inputs) => {
    const [s, w, u] = inputs as [Tree<Output>, Output[], Output[]];
    const next = finalizer.step(s, w, u);
    return [next.state, [...next.weights], next.measurements];
  }).run([before, [...given], [...update]] as never);
  const [next, weights, measurements] = out as unknown as [Tree<Tensor>, Tensor[], Record<string, Tensor>];
  return { before, state: next, given: weights, weights: flat(weights), measurements };
}
const update = (a: number, b = 2) => [tensor([[a], [b]]), tensor([-1])];

describe('applyOptimizerFinalizer', () => {
  it('takes the update for a gradient', async () => {
    const { weights, measurements } = await step(applyOptimizerFinalizer(momentum, variables), update(1));
    expect(weights).toEqual([0.5, 1, 3.5]);
    expect(measurements.updateNonFinite?.data[0]).toBe(0);
  });

  it('keeps its state from step to step', async () => {
    const finalizer = applyOptimizerFinalizer(momentum, variables);
    const first = await step(finalizer, update(1));
    // The velocity is 0.9 times the first gradient and the second: from the same weights, 1.9 times the first step.
    const { weights } = await step(finalizer, update(1), first.state);
    [1 - 0.95, 2 - 1.9, 3 + 0.95].forEach((w, i) => expect(weights[i]).toBeCloseTo(w, 6));
  });

  it('makes zeros only where it refuses an update: they would take as much memory as the model', () => {
    const graph = new Graph();
    const weights = variables.map((v) => graph.placeholder(v.spec));
    const finalizer = applyOptimizerFinalizer(optimizers.sgdm({ learningRate: 1 }), variables);
    finalizer.step(finalizer.initialize(graph), weights, weights);
    expect(graph.operations.map((o) => o.type)).not.toContain('ZerosLike');
    graph.dispose();
  });

  // TFF's apply_optimizer_finalizer_test (contract F.3), which gives the new weights back without momentum only.
  it.each([
    [null, [0.9, 0.8, 0.7, 0.6, 0.5]],
    [0.5, [0.9, 0.85, 0.825, 0.8125, 0.80625]],
  ])("makes TFF's steps with momentum %s", async (momentum, expected) => {
    const finalizer = applyOptimizerFinalizer(optimizers.sgdm({ learningRate: 1, momentum }), variables);
    let last: Partial<Awaited<ReturnType<typeof step>>> = {};
    for (const weight of expected) {
      last = await step(finalizer, update(0.1), last.state, momentum === null ? last.given : undefined);
      expect(last.weights?.[0]).toBeCloseTo(weight, 6);
    }
  });

  it('takes a limit for a rule', async () => {
    const above: RejectUpdate = ([kernel]) => greater(max(kernel as Output), 10);
    const of = async (value: number) => (await step(applyOptimizerFinalizer(momentum, variables, above), update(value, 0))).measurements;
    for (const [value, refused] of [
      [11, 1],
      [10, 0],
      [5, 0],
    ] as const)
      expect((await of(value)).updateNonFinite?.data[0]).toBe(refused);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses an update with %s: all stays, and it says so',
    async (value) => {
      const finalizer = applyOptimizerFinalizer(momentum, variables);
      const first = await step(finalizer, update(1));
      const { state, weights, measurements } = await step(finalizer, update(1, value), first.state);
      expect(weights).toEqual([1, 2, 3]);
      expect(flat(Object.values(state as Record<string, Tensor>).flat() as Tensor[])).toEqual(
        flat(Object.values(first.state as Record<string, Tensor>).flat() as Tensor[]),
      );
      expect(measurements.updateNonFinite?.data[0]).toBe(1);
    },
  );

  it('takes another rule for what is refused', async () => {
    const never: RejectUpdate = ([u]) => (u as Output).graph.constant(false, 'bool') as Output;
    const { weights, measurements } = await step(applyOptimizerFinalizer(momentum, variables, never), update(Number.NaN));
    expect(weights).toEqual([Number.NaN, 1, 3.5]);
    expect(measurements.updateNonFinite?.data[0]).toBe(0);
  });
});

it('keepWeights changes nothing', async () => {
  const { state, weights } = await step(keepWeights, update(1));
  expect([state, weights]).toEqual([[], [1, 2, 3]]);
});
