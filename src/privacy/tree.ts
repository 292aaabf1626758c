/**
 * The tree of noise of DP-FTRL: `dpTree` and `dpTreeAdaptive`.
 *
 * Kairouz et al., "Practical and private (deep) learning without sampling or shuffling", ICML 2021, https://arxiv.org/abs/2103.00039,
 * appendix D. All nodes together are one Gaussian mechanism: what a client moves is the root of the sum, over nodes, of the squared number
 * of times that it takes part below the node.
 */
import { checkInteger, checkNumber, checkOptions } from '../validate.js';
import { gaussianNoise } from './gaussian.js';
import { Mechanism } from './mechanism.js';

export interface TreeOptions {
  /** Scale of the noise of a node in units of the clipping norm, not negative: that of the aggregator. */
  readonly noiseMultiplier: number;
  /** How many rounds, of all trees together; at least 1. */
  readonly rounds: number;
  /** The most rounds that one client takes part in; at least 1. There is no default: nothing is drawn at random, so this alone bounds the loss. */
  readonly maxParticipations: number;
  /** The fewest rounds from one participation of a client to its next, at least 1; 1 by default: it may be in every round. */
  readonly minSeparation?: number;
  /** Rounds of a tree, as in the aggregator; 1024 by default. */
  readonly restartFrequency?: number;
  /** Rounds of the first tree, as in `dpTreeAdaptive` (128 by default there); `restartFrequency` by default, as in `dpTree`. */
  readonly restartWarmup?: number;
}

const NAMES = ['noiseMultiplier', 'rounds', 'maxParticipations', 'minSeparation', 'restartFrequency', 'restartWarmup'] as const;

/** A bound on the squared length of what a client moves, which is reached wherever its participations can be as crowded at every level. */
function squaredSensitivity(
  trees: readonly (readonly [size: number, count: number])[],
  participations: number,
  separation: number,
): number {
  let total = 0;
  for (let size = 1; trees.some(([rounds]) => size <= rounds); size *= 2) {
    const perNode = Math.min(participations, Math.ceil(size / separation));
    const room = trees.reduce((sum, [rounds, count]) => {
      return sum + count * Math.min(Math.ceil(rounds / separation), perNode * Math.floor(rounds / size));
    }, 0);
    const counted = Math.min(participations, room);
    const full = Math.floor(counted / perNode);
    total += full * perNode ** 2 + (counted - full * perNode) ** 2;
  }
  return total;
}

/**
 * Rounds with the noise of a tree. Neighbours differ in what one client sent, which is nothing for one of them; the rounds that it takes
 * part in may be known.
 *
 * @throws TypeError, ValueError for options out of their ranges
 */
export function tree(options: TreeOptions): Mechanism {
  checkOptions('options of tree', options, NAMES);
  const noiseMultiplier = checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
  const rounds = checkInteger('rounds', options.rounds, { min: 1 });
  const participations = checkInteger('maxParticipations', options.maxParticipations, { min: 1 });
  const separation = checkInteger('minSeparation', options.minSeparation ?? 1, { min: 1 });
  const frequency = checkInteger('restartFrequency', options.restartFrequency ?? 1024, { min: 1 });
  const warmup = checkInteger('restartWarmup', options.restartWarmup ?? frequency, { min: 1, max: frequency });
  const first = Math.min(warmup, rounds);
  const trees = [
    [first, 1],
    [frequency, Math.floor((rounds - first) / frequency)],
    [(rounds - first) % frequency, 1],
  ] as const;
  const possible = Math.min(participations, Math.ceil(rounds / separation));
  const used = trees.filter(([, count]) => count > 0);
  return new Mechanism(gaussianNoise, { noiseMultiplier: noiseMultiplier / Math.sqrt(squaredSensitivity(used, possible, separation)) });
}
