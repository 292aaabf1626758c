/**
 * Differentially private mean with a fixed clipping norm and Gaussian noise (`DifferentiallyPrivateFactory.gaussian_fixed`).
 *
 * McMahan et al., "Learning differentially private recurrent language models", ICLR 2018, https://arxiv.org/abs/1710.06963.
 */
import { checkNumber, checkOptions } from '../validate.js';
import type { Aggregator } from './aggregator.js';
import { DifferentiallyPrivate } from './differential-privacy.js';
import { checkEstimation } from './estimation.js';
import { checkNoiseSeed } from './randomness.js';

export interface DpFixedOptions {
  /** Scale of the noise in units of the clipping norm, not negative; 0 is no noise, and no privacy. */
  readonly noiseMultiplier: number;
  /** The number of clients that a round is planned with: the divisor, whatever number takes part. */
  readonly clientsPerRound: number;
  /** The largest norm of a client's value, not negative. */
  readonly clip: number;
  /** How the clipped values are summed; `sum()` by default. */
  readonly recordAggregation?: Aggregator;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

/** A mechanism with a fixed norm. */
export function fixedMechanism(name: string, distribution: 'gaussian' | 'laplace', options: DpFixedOptions): DifferentiallyPrivate {
  checkOptions(`options of ${name}`, options, ['noiseMultiplier', 'clientsPerRound', 'clip', 'recordAggregation', 'seed']);
  return new DifferentiallyPrivate({
    name,
    distribution,
    clip: checkEstimation('clip', checkNumber('clip', options.clip, { min: 0 })),
    noiseMultiplier: checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 }),
    clientsPerRound: checkNumber('clientsPerRound', options.clientsPerRound, { min: 0, exclusive: true }),
    recordAggregation: options.recordAggregation,
    seed: checkNoiseSeed(options.seed),
  });
}

/**
 * Clips to a Euclidean norm, sums, adds Gaussian noise of the standard deviation `noiseMultiplier · clip`, and divides by `clientsPerRound`.
 *
 * Measurements: `clip`, `noiseScale` (of the sum), `signalToNoise` (its
 * length over that of the noise, estimated from the noisy sum: 0 where it cannot be told from noise), and those of the sum as `dp`.
 *
 * @throws TypeError, ValueError for negative noise or norm
 */
export const dpGaussianFixed = (options: DpFixedOptions): DifferentiallyPrivate => fixedMechanism('dpGaussianFixed', 'gaussian', options);
