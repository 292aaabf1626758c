/**
 * Differentially private mean with a clipping norm that follows a quantile of the clients' norms (`DifferentiallyPrivateFactory.gaussian_adaptive`).
 *
 * Andrew et al., "Differentially private learning with adaptive clipping", NeurIPS 2021, https://arxiv.org/abs/1905.03871.
 */
import { ValueError } from '../errors.js';
import { checkNumber, checkOptions } from '../validate.js';
import type { Aggregator } from './aggregator.js';
import { DifferentiallyPrivate } from './differential-privacy.js';
import type { Estimation } from './estimation.js';
import { quantileEstimation } from './quantile-estimation.js';
import { checkNoiseSeed } from './randomness.js';

/** Options of a clipping norm that is estimated privately. */
export interface AdaptiveClipOptions {
  /** Ratio of noise to sensitivity of the whole, values and estimate together; not negative. */
  readonly noiseMultiplier: number;
  /** The number of clients that a round is planned with: the divisor, whatever number takes part. */
  readonly clientsPerRound: number;
  /** The clipping norm of the first round, positive; 0.1 by default. */
  readonly initialL2NormClip?: number;
  /** The share of clients that are not clipped, in [0, 1]; 0.5 by default. */
  readonly targetUnclippedQuantile?: number;
  /** How far a round moves the clipping norm; 0.2 by default. */
  readonly learningRate?: number;
  /** Standard deviation of the noise on the number of clients that are not clipped; a twentieth of `clientsPerRound` by default. */
  readonly clippedCountStddev?: number;
  /** Whether the norm moves by a factor (default), or by a difference. */
  readonly geometricUpdate?: boolean;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

export interface DpGaussianAdaptiveOptions extends AdaptiveClipOptions {
  /** How the clipped values are summed; `sum()` by default. */
  readonly recordAggregation?: Aggregator;
}

export const ADAPTIVE_CLIP_OPTIONS = [
  'noiseMultiplier',
  'clientsPerRound',
  'initialL2NormClip',
  'targetUnclippedQuantile',
  'learningRate',
  'clippedCountStddev',
  'geometricUpdate',
  'seed',
] as const;

/** How the noise is divided between the values and the number of clients that are not clipped. */
export interface AdaptiveClipNoise {
  readonly valueNoiseMultiplier: number;
  readonly clippedCountStddev: number;
}

/**
 * The noise on the values that, with that on the count, has the ratio `noiseMultiplier`: `(z⁻² − (2σ)⁻²)^(−1/2)`.
 *
 * @throws ValueError where the count's noise alone is not enough, that is, `noiseMultiplier` is `2 · clippedCountStddev` or more
 */
export function adaptiveClipNoise(noiseMultiplier: number, clientsPerRound: number, stddev = 0.05 * clientsPerRound): AdaptiveClipNoise {
  checkNumber('noiseMultiplier', noiseMultiplier, { min: 0 });
  checkNumber('clientsPerRound', clientsPerRound, { min: 0, exclusive: true });
  const clippedCountStddev = checkNumber('clippedCountStddev', stddev, { min: 0 });
  if (noiseMultiplier === 0) return { valueNoiseMultiplier: 0, clippedCountStddev };
  if (noiseMultiplier >= 2 * clippedCountStddev)
    throw new ValueError(
      `\`clippedCountStddev\` must be above half of \`noiseMultiplier\`, received ${clippedCountStddev} and ${noiseMultiplier}: raise it, or \`clientsPerRound\``,
    );
  const valueNoiseMultiplier = (noiseMultiplier ** -2 - (2 * clippedCountStddev) ** -2) ** -0.5;
  if (valueNoiseMultiplier >= 2 * noiseMultiplier)
    process.emitWarning(
      `the noise on values is ${(valueNoiseMultiplier / noiseMultiplier).toFixed(1)} times what it would be with a fixed norm: raise \`clippedCountStddev\``,
      'UserWarning',
    );
  return { valueNoiseMultiplier, clippedCountStddev };
}

/** The estimated norm, and the noise on the values in units of it. @throws TypeError, ValueError as `adaptiveClipNoise` */
export function adaptiveClip(options: AdaptiveClipOptions): { readonly clip: Estimation; readonly valueNoiseMultiplier: number } {
  const { noiseMultiplier, clientsPerRound } = options;
  const { valueNoiseMultiplier, clippedCountStddev } = adaptiveClipNoise(noiseMultiplier, clientsPerRound, options.clippedCountStddev);
  const seed = checkNoiseSeed(options.seed);
  const clip = quantileEstimation({
    initialEstimate: options.initialL2NormClip ?? 0.1,
    targetQuantile: options.targetUnclippedQuantile ?? 0.5,
    learningRate: options.learningRate ?? 0.2,
    geometricUpdate: options.geometricUpdate ?? true,
    belowEstimateStddev: clippedCountStddev,
    expectedNumRecords: clientsPerRound,
    ...(seed === undefined ? {} : { seed }),
  });
  return { clip, valueNoiseMultiplier };
}

/**
 * Clips to a Euclidean norm that is estimated privately, sums, adds Gaussian noise, and divides by `clientsPerRound`.
 *
 * Measurements: `clip` as it was in the round, `noiseScale` (of the sum), `signalToNoise` (its
 * length over that of the noise, estimated from the noisy sum: 0 where it cannot be told from noise), and those of the sum as `dp`.
 *
 * @throws TypeError, ValueError for options out of their ranges, or noise on the count that is too small for the whole
 */
export function dpGaussianAdaptive(options: DpGaussianAdaptiveOptions): DifferentiallyPrivate {
  checkOptions('options of dpGaussianAdaptive', options, [...ADAPTIVE_CLIP_OPTIONS, 'recordAggregation']);
  const { clip, valueNoiseMultiplier } = adaptiveClip(options);
  return new DifferentiallyPrivate({
    name: 'dpGaussianAdaptive',
    clip,
    distribution: 'gaussian',
    noiseMultiplier: valueNoiseMultiplier,
    clientsPerRound: options.clientsPerRound,
    recordAggregation: options.recordAggregation,
    seed: options.seed,
  });
}
