/** What several clients' values are computed from at once against what each of them has alone, and against the ops that libtensorflow runs for one. */
import { expect, it } from 'vitest';
import type { DType } from '../../../src/dtype.js';
import { ClientComputation, Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../../src/tensor-spec.js';

/** Values of a shape: small numbers with a few digits, or what `of` makes of a number in `[0, 1)`. */
export interface Values {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly of?: (u: number) => number | bigint | boolean;
  /** Axes whose sizes are not known when the graph is built; none by default. */
  readonly unknown?: readonly number[];
}

export interface ClientsCase {
  /** What each client has of its own. */
  readonly own: readonly (Values | readonly number[])[];
  /** What clients share. */
  readonly shared?: readonly (Values | readonly number[])[];
  readonly fn: (own: readonly Output[], shared: readonly Output[]) => Output | readonly Output[];
  /** How far the values may be from libtensorflow's, relative to their size; 0 by default. */
  readonly near?: number;
}

const CLIENTS = 5;

const full = (values: Values | readonly number[]): Values => ('shape' in values ? values : { shape: values as readonly number[] });

/** What the values fit. */
export function specOf(values: Values | readonly number[]): TensorSpec {
  const { shape, dtype = 'float32', unknown = [] } = full(values);
  return tensorSpec(
    shape.map((size, axis) => (unknown.includes(axis) ? null : size)),
    dtype,
  ) as TensorSpec;
}

function filled(values: Values | readonly number[], seed: number): Tensor {
  const { shape, dtype = 'float32', of = (u: number) => 4 * u - 2 } = full(values);
  let state = seed * 7919 + 17;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => of(next()));
  return tensor(numbers as number[], shape, dtype as 'float32');
}

const list = (outputs: Output | readonly Output[]): readonly Output[] => (Array.isArray(outputs) ? outputs : [outputs as Output]);

export function testClients(cases: Readonly<Record<string, ClientsCase>>): void {
  it.each(Object.entries(cases))('%s', async (_, { own, shared = [], fn, near = 0 }) => {
    const clients = Array.from({ length: CLIENTS }, (_, c) => own.map((values, i) => filled(values, 10 * c + i + 1)));
    const common = shared.map((values, i) => filled(values, 1000 + i));
    const computation = ClientComputation.compile(shared.map(specOf), own.map(specOf), (s, o) => ({
      combined: [],
      returned: list(fn(o as Output[], s as Output[])),
    }));
    expect(computation.isTogether).toBe(true);
    const run = async (items: readonly Tensor[][]): Promise<Tensor[][]> => {
      const accumulator = computation.accumulator();
      const results = await computation.runMany(common, items, accumulator, 0, null);
      accumulator.dispose();
      return results as Tensor[][];
    };
    const together = await run(clients);
    using one = Computation.compile<Tensor[]>([shared.map(specOf), own.map(specOf)], (inputs) => {
      const [s, o] = inputs as [Output[], Output[]];
      return list(fn(o, s));
    });
    for (const [c, item] of clients.entries()) {
      const [alone] = await run([item]);
      const expected = await one.run([common, item]);
      for (const [k, y] of (together[c] as Tensor[]).entries()) {
        expect([String(y), y.data]).toEqual([String(alone?.[k]), alone?.[k]?.data]);
        expectNear(y, expected[k] as Tensor, near);
      }
    }
    computation.dispose();
  });
}

function expectNear(found: Tensor, expected: Tensor, near: number): void {
  expect(String(found)).toBe(String(expected));
  if (near === 0) {
    expect(found.data).toEqual(expected.data);
    return;
  }
  (found.data as Float32Array).forEach((value, i) => {
    const wanted = Number((expected.data as Float32Array)[i]);
    const limit = near * Math.max(1, Math.abs(wanted));
    if (!(Math.abs(value - wanted) <= limit) && !Object.is(value, wanted)) expect([i, value]).toEqual([i, wanted]);
  });
}
