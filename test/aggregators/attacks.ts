/** Attacks on a round: honest clients whose values scatter around a point, and a minority that sends something else. */
import { expect, it } from 'vitest';
import { type Aggregator, unweightedMean } from '../../src/aggregators/index.js';
import { Random } from '../../src/random.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import type { Tree } from '../../src/tree.js';
import { aggregate } from './fixtures.js';

const SIZE = 24;
const HONEST = 12;
const MALICIOUS = 3;
const SPREAD = 0.1;
const centre = Array.from({ length: SIZE }, (_, i) => Math.sin(i));

type Vector = readonly number[];
const length = (v: Vector): number => Math.hypot(...v);
const minus = (a: Vector, b: Vector): number[] => a.map((v, i) => v - (b[i] as number));
const average = (vectors: readonly Vector[]): number[] =>
  centre.map((_, i) => vectors.reduce((total, v) => total + (v[i] as number), 0) / vectors.length);

function scattered(random: Random, count: number, around: Vector = centre): Vector[] {
  return Array.from({ length: count }, () => around.map((v) => v + SPREAD * random.normal()));
}

/** What the malicious clients send. */
const ATTACKS: Readonly<Record<string, (random: Random) => Vector[]>> = {
  'the sign flipped': (random) => scattered(random, MALICIOUS).map((v) => v.map((x) => -4 * x)),
  'a large norm': (random) => scattered(random, MALICIOUS).map((v) => v.map((x, i) => x + (i === 0 ? 1e6 : 0))),
  'norms whose squares overflow': (random) => scattered(random, MALICIOUS).map((v) => v.map((x) => x * 1e25)),
  collusion: () => Array.from({ length: MALICIOUS }, () => centre.map((v) => v - 2)),
  'collusion close to the others': () => Array.from({ length: MALICIOUS }, () => centre.map((v) => v + 5 * SPREAD)),
  'no numbers': () => Array.from({ length: MALICIOUS }, () => centre.map(() => Number.NaN)),
  infinities: (random) => scattered(random, MALICIOUS).map((v) => v.map((x, i) => (i % 2 === 0 ? x : Number.POSITIVE_INFINITY))),
};

/** As a structure of two leaves. */
const toValue = (v: Vector): Tree<Tensor> => ({ a: tensor(v.slice(0, 4), [2, 2]), b: [tensor(v.slice(4))] });

const result = async (aggregator: Aggregator, values: readonly Vector[]): Promise<number[]> =>
  (await aggregate(aggregator, values.map(toValue))).numbers;

/** Tests that a rule's result stays among the honest clients' values under each attack, where the mean's does not. */
export function withstandsAttacks(make: (malicious: number) => Aggregator): void {
  it.each(Object.keys(ATTACKS))('withstands %s', async (name) => {
    const random = new Random(17);
    const honest = scattered(random, HONEST);
    const attackers = (ATTACKS[name] as (random: Random) => Vector[])(random);
    // Malicious clients are anywhere in the order.
    const values = random.shuffle([...honest, ...attackers]);
    const middle = average(honest);
    const radius = Math.max(...honest.map((v) => length(minus(v, middle))));
    expect(length(minus(await result(make(MALICIOUS), values), middle))).toBeLessThan(radius);
    if (name !== 'collusion close to the others')
      expect(length(minus(await result(unweightedMean(), values), middle))).not.toBeLessThan(radius);
  });
}
