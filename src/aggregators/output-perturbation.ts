/**
 * Clipping before any aggregator and Gaussian noise after it: the wrappers that Flower has for its strategies
 * (`DifferentialPrivacyServerSideFixedClipping`, `…ClientSideAdaptiveClipping` and so on).
 *
 * Chaudhuri et al., "Differentially private empirical risk minimization", JMLR 12, 2011, https://jmlr.org/papers/v12/chaudhuri11a.html, has the name; McMahan et al., "Learning
 * differentially private recurrent language models", ICLR 2018, https://arxiv.org/abs/1710.06963, the scale of the noise.
 */
import type { Output } from '../graph/graph.js';
import { mul } from '../graph/ops/math.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkNumber, checkOptions, mustBe } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator } from './aggregator.js';
import { type Clipping, clipping } from './clipping.js';
import { addNoise, signalToNoise } from './differential-privacy.js';
import { ADAPTIVE_CLIP_OPTIONS, type AdaptiveClipOptions, adaptiveClip } from './dp-gaussian-adaptive.js';
import { checkNoiseSeed, noiseSeed, type Randomness, split } from './randomness.js';

export interface OutputPerturbationOptions extends AdaptiveClipOptions {
  /** What the clipped values are given to, with the clients' weights if it is weighted. What it is decides what the noise is worth; there is no default. */
  readonly inner: Aggregator;
  /** Scale of the noise in units of `clippingNorm / clientsPerRound`, not negative; 0 is no noise. With an adaptive norm that of values and estimate together. */
  readonly noiseMultiplier: number;
  /** The number of clients that a round is planned with, which the noise is divided by, whatever number takes part. */
  readonly clientsPerRound: number;
  /** The largest Euclidean norm of a client's value, not negative; by default it follows a quantile, by the options of `dpGaussianAdaptive`. */
  readonly clippingNorm?: number;
}

export class OutputPerturbation extends Aggregator {
  readonly weighted: boolean;
  readonly #clipping: Clipping;
  readonly #noiseMultiplier: number;
  readonly #clientsPerRound: number;
  readonly #seed: number | undefined;

  constructor(options: OutputPerturbationOptions) {
    super();
    const adaptive = ADAPTIVE_CLIP_OPTIONS.filter((name) => name !== 'noiseMultiplier' && name !== 'clientsPerRound' && name !== 'seed');
    checkOptions('options of outputPerturbation', options, [
      'inner',
      'noiseMultiplier',
      'clientsPerRound',
      'clippingNorm',
      'seed',
      ...adaptive,
    ]);
    const { clippingNorm } = options;
    const inner = checkAggregator('inner', options.inner);
    this.#clientsPerRound = checkNumber('clientsPerRound', options.clientsPerRound, { min: 0, exclusive: true });
    this.#seed = checkNoiseSeed(options.seed);
    if (clippingNorm === undefined) {
      const { clip, valueNoiseMultiplier } = adaptiveClip(options);
      this.#clipping = clipping({ clippingNorm: clip, inner });
      this.#noiseMultiplier = valueNoiseMultiplier;
    } else {
      const extra = adaptive.find((name) => options[name] !== undefined);
      if (extra !== undefined) throw mustBe(extra, 'left out where `clippingNorm` is fixed', options[extra]);
      this.#clipping = clipping({ clippingNorm, inner });
      this.#noiseMultiplier = checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
    }
    this.weighted = inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const clipped = this.#clipping.parts(specs);
    return {
      ...clipped,
      server: (state, combined) => {
        const [own, rest] = split(combined.random, 2) as [Randomness, Randomness];
        const step = clipped.server(state, { ...combined, random: rest });
        // How many were clipped is left out of the report: it has no noise.
        const { clipping: inner, clippingNorm } = step.measurements as { clipping: Tree<Output>; clippingNorm: Output };
        const scale = mul(clippingNorm, this.#noiseMultiplier / this.#clientsPerRound);
        const result = this.#noiseMultiplier === 0 ? step.result : addNoise(step.result, 'gaussian', scale, noiseSeed(own, this.#seed));
        return {
          state: step.state,
          result,
          measurements: { inner, clippingNorm, noiseScale: scale, signalToNoise: signalToNoise(result, 'gaussian', scale) },
        };
      },
    };
  }
}

/**
 * Clips each value on the client, gives it to the inner aggregator, and adds Gaussian noise of the standard deviation
 * `noiseMultiplier · clippingNorm / clientsPerRound` to each element of the result, on the server.
 *
 * What that is worth is up to `inner`: the noise hides a client as the same `noiseMultiplier` of `dpGaussianFixed` does only where no client
 * moves the result by more than `clippingNorm / clientsPerRound`, and of all rules here that is so for sums over a fixed number alone.
 * `unweightedMean()` of exactly `clientsPerRound` clients moves by at most twice that when a value is replaced by another, which halves what
 * the noise counts for; with `mean()` a client's weight, and with `krum()` or `multiKrum()` the choice, can move the result by
 * `2 · clippingNorm` whatever the number of clients, so that only `noiseMultiplier / (2 · clientsPerRound)` is left; and a median or trimmed mean
 * can in the worst case move in every element (Nissim et al., "Smooth sensitivity and sampling in private data analysis", STOC 2007,
 * https://doi.org/10.1145/1250790.1250803). Weights are neither clipped nor hidden. Where a promise is meant, take `dpGaussianFixed` or `dpGaussianAdaptive`.
 *
 * Flower moves an adaptive norm by the share of clients that were *clipped*, down where there are too many of them, which makes it run away, and
 * scales the noise by the norm of the next round; here, as in Andrew et al. (NeurIPS 2021), the norm follows the share of those that were
 * not, and noise has the norm of its round. Whether Flower clips on the server or on clients is the same here: values are clipped in the
 * client's own computation.
 *
 * Measurements: `clippingNorm` as it was in the round, `noiseScale` (of the result), `signalToNoise` (as of `dpGaussianFixed`), and those of
 * the inner aggregator as `inner`.
 *
 * @throws TypeError for an unknown option, or one of an adaptive norm where it is fixed; ValueError for options out of their ranges, or noise
 * on the count of clients that is too small for the whole
 */
export const outputPerturbation = (options: OutputPerturbationOptions): OutputPerturbation => new OutputPerturbation(options);
