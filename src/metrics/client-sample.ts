/**
 * A uniform sample of clients, of a fixed size at most, that can be gone on with: each client draws a number, and those with the largest are
 * in the sample. So the sample of all rounds comes from that of the rounds before and the clients of a new one.
 *
 * Vitter, "Random sampling with a reservoir", ACM TOMS 1985, https://doi.org/10.1145/3147.3165; by keys as in Efraimidis and Spirakis,
 * "Weighted random sampling with a reservoir", IPL 2006, https://doi.org/10.1016/j.ipl.2005.11.003.
 */
import type { Randomness } from '../aggregators/randomness.js';
import { ValueError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import { concat, gather } from '../graph/ops/array.js';
import { cast, greaterEqual, topK, where } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { sum } from '../graph/ops/reduce.js';
import { mapTree, type Tree } from '../tree.js';
import { checkInteger, mustHold } from '../validate.js';
import { zeros } from './metrics-aggregator.js';

/** Values by name. */
type Values = Readonly<Record<string, Output>>;

/** Clients in the order of their keys, the largest first; places that no client has are last, and have the key -1. */
export type Sample = {
  readonly keys: Output;
  /** With a first axis for the clients. */
  readonly values: Values;
};

/** The state has places for all. */
const MAX_SIZE = 2 ** 20;

/** The size of a sample given as an option. @throws TypeError, ValueError */
export function checkSampleSize(value: unknown, byDefault: number): number {
  if (typeof value === 'number' && value < 1) throw mustHold('sampleSize', 'positive', value);
  return checkInteger('sampleSize', value === undefined ? byDefault : value, { min: 1, max: MAX_SIZE });
}

/** What a client stacks: a client that is not counted is never in the sample. */
export const candidate = (values: Values, isCounted: Output, { seed }: Randomness): Tree<Output> => ({
  keys: where(isCounted, randomUniform(seed, [], 'float64'), -1),
  values,
});

/** The sample of no clients, for values like the given ones of one client. @throws ValueError for values of which a size is not known */
export const noSample = (graph: Graph, size: number, like: Values): Sample => ({
  keys: graph.constant(new Float64Array(size).fill(-1), 'float64', [size]),
  values: mapTree(like, ({ shape, dtype }, name) => {
    if (shape === null || shape.includes(null)) throw new ValueError(`the metric \`${name}\` must have a value of a known shape`);
    return zeros(graph, [size, ...(shape as number[])], dtype);
  }) as Values,
});

/** The sample of both groups of clients, of the given size. */
export function mergeSamples(size: number, a: Sample, b: Sample): Sample {
  const { values: keys, indices } = topK(concat([a.keys, b.keys], 0), size);
  const values = mapTree(a.values, (x, name) => gather(concat([x, b.values[name] as Output], 0), indices));
  return { keys, values: values as Values };
}

/** Which places in the sample a client has: `bool[size]`. */
export const isTaken = ({ keys }: Sample): Output => greaterEqual(keys, 0);

/** How many they are, an `int32` scalar. */
export const sizeOfSample = (sample: Sample): Output => sum(cast(isTaken(sample), 'int32'));
