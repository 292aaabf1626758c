import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/graph/computation.js';
import type { Graph, Output } from '../../src/graph/graph.js';
import { whileLoop } from '../../src/graph/loop.js';
import { add, cast, less, mul, sub } from '../../src/graph/ops/math.js';
import { tensor, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';

type Fn = (shared: Output[], own: Output, graph: Graph) => Output;
const SCALAR = tensorSpec([]) as TensorSpec;

/** The signature of a function of two shared scalars and one of a client's own. */
const signed = (fn: Fn, own: TensorSpec = SCALAR) =>
  signatureOf([SCALAR, SCALAR], own, (shared, item, graph) => ({
    combined: fn(shared as Output[], item as Output, graph),
    returned: [],
  }));
const print = (...args: Parameters<typeof signed>): string => signed(...args).fingerprint;

/** `own`, to which `step` is added three times in a loop. */
const looping =
  (step: (x: Output) => Output): Fn =>
  (_, own, graph) =>
    whileLoop(
      graph,
      [graph.constant(0, 'int32'), own],
      ([i]) => less(i as Output, 3),
      ([i, x]) => [add(i as Output, 1), step(x as Output)],
    )[1] as Output;
const sum: Fn = ([a], own) => add(a as Output, own);

describe('a fingerprint', () => {
  it('is the same for what is built again, whatever else has been built', () => {
    const loop = () => print(looping((x) => add(x, 2)));
    const [first, second] = [print(sum), loop()];
    print(looping((x) => mul(x, 5)));
    expect([print(sum), loop()]).toEqual([first, second]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on names', () => {
    expect(print(([a], own, graph) => graph.withScope('dense_7', () => add(a as Output, own)))).toBe(print(sum));
  });

  it.each<[string, Fn, Fn]>([
    ['an op', sum, ([a], own) => sub(a as Output, own)],
    ['the order of inputs', ([a], own) => sub(a as Output, own), ([a], own) => sub(own, a as Output)],
    ['which input is used', sum, ([, b], own) => add(b as Output, own)],
    ['a constant', (_, own) => add(own, 1), (_, own) => add(own, 2)],
    ['the sign of zero', (_, own) => mul(own, 0), (_, own) => mul(own, -0)],
    [
      "a constant tensor's last value",
      (_, own, graph) => add(own, graph.constant(tensor([1, 2]))),
      (_, own, graph) => add(own, graph.constant(tensor([1, 3]))),
    ],
    ['an attribute', (_, own) => cast(own, 'int32'), (_, own) => cast(own, 'int64')],
    ["a constant in a loop's body", looping((x) => add(x, 1)), looping((x) => add(x, 2))],
    [
      'a loop within a loop',
      looping((x) => looping((y) => add(y, 1))([], x, x.graph)),
      looping((x) => looping((y) => add(y, 2))([], x, x.graph)),
    ],
    ['what is an output', sum, ([a], own) => [own, add(a as Output, own)][0] as Output],
  ])('is another one where %s is', (_, one, other) => {
    expect(print(one)).not.toBe(print(other));
  });

  it("is another one where an input's shape or element type is", () => {
    const identity: Fn = (_, own) => add(own, own);
    const prints = [SCALAR, tensorSpec([2]), tensorSpec([], 'float64')].map((spec) => print(identity, spec as TensorSpec));
    expect(new Set(prints).size).toBe(3);
  });
});

describe('used inputs', () => {
  it('are those that an output depends on, also by way of a loop', () => {
    expect(signed(sum).used).toEqual([true, false]);
    expect(signed((_, own) => own).used).toEqual([false, false]);
    expect(signed(([, b], own, graph) => looping((x) => mul(x, b as Output))([], own, graph)).used).toEqual([false, true]);
    expect(
      signed(([a, b], own) => {
        add(a as Output, own);
        return b as Output;
      }).used,
    ).toEqual([false, true]);
  });

  it('are all where libtensorflow has added ops by itself', () => {
    expect(
      signed(([a], own, graph) => {
        const y = mul(a as Output, own);
        return graph.addGradients([y], [own], [y])[0] as Output;
      }).used,
    ).toEqual([true, true]);
  });
});
