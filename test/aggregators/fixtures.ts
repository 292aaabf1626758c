/** What the tests of aggregators share. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Aggregator, Estimation, type EstimationParts } from '../../src/aggregators/index.js';
import { Sum } from '../../src/aggregators/sum.js';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { add } from '../../src/graph/ops/math.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { type TensorSpec, tensorSpec } from '../../src/tensor-spec.js';
import { flatten, mapTree, type Tree } from '../../src/tree.js';

/** Values with the leaves of a structure of numbers as scalars. */
export const scalars = (value: Tree<number>): Tree<Tensor> => mapTree(value, (v) => tensor(v));
export const specOf = (value: Tree<Tensor>): Tree<TensorSpec> => mapTree(value, (t) => tensorSpec(t.shape, t.dtype) as TensorSpec);
export const numbers = (tree: Tree<Tensor>): number[] => flatten(tree).flatMap((t) => Array.from(t.data as Float32Array, Number));

/** The numbers of one round. */
export async function aggregate(aggregator: Aggregator, values: readonly Tree<Tensor>[], weights?: readonly number[]) {
  const process = aggregator.create(specOf(values[0] as Tree<Tensor>));
  const { state, result, measurements } = await process.next(await process.initialize(), values, weights);
  return { state, result, measurements, numbers: numbers(result) };
}

/** A sum that is one more than it is: TFF's own test double, which shows that an inner aggregator is used. */
export class SumPlusOne extends Sum {
  override parts(specs: Tree<TensorSpec>) {
    const parts = super.parts(specs);
    return {
      ...parts,
      server: (...args: Parameters<typeof parts.server>) => {
        const step = parts.server(...args);
        return { ...step, result: mapTree(step.result, (x) => add(x, x.graph.constant(1, x.dtype))) };
      },
    };
  }
}

/** Rounds one after another, each from the state of the one before. */
export async function rounds(aggregator: Aggregator, values: readonly (readonly Tree<Tensor>[])[], weights?: readonly number[]) {
  const process = aggregator.create(specOf(values[0]?.[0] as Tree<Tensor>));
  let state = await process.initialize();
  const outputs: { readonly numbers: number[]; readonly measurements: Record<string, Tensor>; readonly state: Tree<Tensor> }[] = [];
  for (const clients of values) {
    const output = await process.next(state, clients, weights);
    ({ state } = output);
    outputs.push({ numbers: numbers(output.result), measurements: output.measurements as Record<string, Tensor>, state });
  }
  return outputs;
}

/** What a graph function gives for tensors. */
export function computed(inputs: readonly Tensor[], fn: (inputs: Output[]) => readonly Output[]): Promise<Tensor[]> {
  const specs = inputs.map((t) => tensorSpec(t.shape, t.dtype) as TensorSpec);
  return Computation.compile<Tensor[]>(specs, (feeds) => [...fn(feeds as Output[])]).run([...inputs]);
}

/** `count` rounds of the same values. */
export const repeat = <T>(count: number, values: T): T[] => Array.from({ length: count }, () => values);

export const scalar = (t: unknown): number => Number((t as Tensor).data[0]);

/** An estimate that is 1 in the first round and grows by a step in each: TFF's test double. */
export class Growing extends Estimation {
  readonly #step: number;

  constructor(step = 1) {
    super();
    this.#step = step;
  }

  override parts(): EstimationParts {
    return {
      initialize: (graph) => graph.constant(1, 'float32'),
      report: (state) => state as Output,
      client: () => ({ sum: [] }),
      server: (state) => ({ state: add(state as Output, this.#step), result: [], measurements: [] }),
    };
  }
}

/** As `toBeCloseTo` for each number. */
export const expectClose = (actual: readonly number[], expected: readonly number[], digits = 5) => {
  expect(actual.length).toBe(expected.length);
  const far = expected.findIndex((e, i) => !(Math.abs((actual[i] as number) - e) < 0.5 * 10 ** -digits));
  if (far >= 0) expect.fail(`number ${far} must be ${expected[far]}, received ${actual[far]}`);
};

interface Golden {
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A test of what TFF computed in `../shared/golden/learning`. */
export function golden(name: string, aggregator: () => Aggregator): void {
  const file = join('..', 'shared', 'golden', 'learning', name, 'case.json');
  it.skipIf(!existsSync(file))(`computes what TFF does (${file}, where present)`, async () => {
    const { values, weights, results } = JSON.parse(readFileSync(file, 'utf8')) as {
      values: Golden[][];
      weights: Golden[][] | null;
      results: Golden[];
    };
    const make = (g: Golden): Tensor => tensor([...g.data], g.shape, g.dtype);
    const process = aggregator().create(tensorSpec([3]) as TensorSpec);
    let state = await process.initialize();
    expect(values.length).toBeGreaterThan(1);
    for (const [round, clients] of values.entries()) {
      const output = await process.next(state, clients.map(make), weights?.[round]?.map(make));
      state = output.state;
      const expected = results[round] as Golden;
      numbers(output.result).forEach((v, i) => {
        const e = expected.data[i] as number;
        expect(Math.abs(v - e)).toBeLessThan(1e-5 + 1e-4 * Math.abs(e));
      });
    }
  });
}
