/** What the tests of algorithms share. */
import { expect } from 'vitest';
import { aggregators, configure, type LearningProcess, type LearningState, type Output } from '../../src/index.js';
import { defaultConcurrency } from '../../src/native/concurrency.js';
import { Tensor } from '../../src/tensor.js';
import { mapTree, type Tree } from '../../src/tree.js';

/** A state or metrics as plain arrays. */
export const plain = (tree: unknown): unknown =>
  mapTree(tree as Tree<unknown>, (leaf) => (leaf instanceof Tensor ? Array.from(leaf.data as ArrayLike<unknown>, String) : leaf));

type Clients = Parameters<LearningProcess['next']>[1];

/** The last round's state, and the metrics of all. */
export async function train(process: LearningProcess, clients: Clients, rounds: number, from?: LearningState) {
  let state = from ?? (await process.initialize());
  const metrics: unknown[] = [];
  for (let round = 0; round < rounds; round++) {
    const output = await process.next(state, clients);
    ({ state } = output);
    metrics.push(output.metrics);
  }
  return { state, metrics };
}

/** A mean that reports the sums of what clients send: a kernel's and a bias's update, and the weight. */
export const showing = () =>
  aggregators.addMeasurements({
    inner: aggregators.mean(),
    clientMeasurement: {
      client: (update, weight) => [...(update as readonly Output[]), weight],
      server: (sums) => {
        const [kernel, bias, weight] = sums as readonly [Output, Output, Output];
        return { kernel, bias, weight };
      },
    },
  });

/** What {@link showing} has reported. */
export const shown = (metrics: { readonly aggregator?: unknown }): { update: number[]; weight: number } => {
  const { kernel, bias, weight } = metrics.aggregator as Readonly<Record<'kernel' | 'bias', Tensor>> & { readonly weight: number };
  return { update: [kernel, bias].flatMap(({ data }) => Array.from(data as Float32Array)), weight };
};

/** Numbers near others, place by place. */
export function expectClose(actual: readonly (number | undefined)[], expected: readonly number[], digits = 6): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((e, i) => {
    expect(actual[i]).toBeCloseTo(e, digits);
  });
}

/** The loss of training in each round, as {@link train} gives the metrics. */
export const losses = (metrics: readonly unknown[]): number[] =>
  metrics.map((m) => (m as { readonly clientWork: { readonly train: { readonly loss: number } } }).clientWork.train.loss);

/** That a process, made anew each time, has bit-identical states and metrics whether 1, 2 or 8 clients run at once. */
export async function expectSameAtAnyConcurrency(make: () => LearningProcess, clients: Clients, rounds = 2): Promise<void> {
  const results: unknown[] = [];
  for (const concurrency of [1, 2, 8]) {
    configure({ concurrency });
    using process = make();
    results.push(plain(await train(process, clients, rounds)));
  }
  configure({ concurrency: defaultConcurrency() });
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
}
