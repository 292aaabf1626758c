/**
 * Local differential privacy: each client clips its value and adds noise to it, so that the server is not trusted either.
 *
 * Kasiviswanathan et al., "What can we learn privately?", SIAM Journal on Computing 40(3), 2011, https://arxiv.org/abs/0803.0924.
 */
import { mul } from '../graph/ops/math.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkNumber, checkOneOf, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { addNoise, sensitivityNorm } from './differential-privacy.js';
import { checkFloating, clipByNorm, globalNorm } from './norms.js';
import { checkNoiseSeed, type NoiseDistribution, noiseSeed, type Randomness, split } from './randomness.js';
import { unweightedMean } from './unweighted-mean.js';

export interface DpLocalOptions {
  /** Scale of the noise in units of the clipping norm, not negative. Any two values are `2 · clip` apart at most. */
  readonly noiseMultiplier: number;
  /** The largest norm of a value, not negative: Euclidean for Gaussian noise, the sum of absolute values for Laplace's. */
  readonly clip: number;
  /** `gaussian` (default) or `laplace`. */
  readonly distribution?: NoiseDistribution;
  /** What the noisy values are given to; `unweightedMean()` by default. It has no weights, which would tell of the client. */
  readonly inner?: Aggregator;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

export class DpLocal extends Aggregator {
  readonly weighted = false;
  readonly #noiseMultiplier: number;
  readonly #clip: number;
  readonly #distribution: NoiseDistribution;
  readonly #inner: Aggregator;
  readonly #seed: number | undefined;

  constructor(options: DpLocalOptions) {
    super();
    checkOptions('options of dpLocal', options, ['noiseMultiplier', 'clip', 'distribution', 'inner', 'seed']);
    this.#noiseMultiplier = checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
    this.#clip = checkNumber('clip', options.clip, { min: 0 });
    this.#distribution = checkOneOf('distribution', options.distribution ?? 'gaussian', ['gaussian', 'laplace']);
    this.#inner = checkUnweighted('inner', options.inner ?? unweightedMean());
    this.#seed = checkNoiseSeed(options.seed);
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    checkFloating('dpLocal', specs);
    const inner = this.#inner.parts(specs);
    return {
      ...inner,
      client: (state, value, weight, random) => {
        const [own, rest] = split(random, 2) as [Randomness, Randomness];
        const limit = weight.graph.constant(this.#clip, 'float32');
        const clipped = clipByNorm(value, globalNorm(value, sensitivityNorm(this.#distribution)), limit);
        const noisy = addNoise(clipped, this.#distribution, mul(limit, this.#noiseMultiplier), noiseSeed(own, this.#seed));
        return inner.client(state, noisy, weight, rest);
      },
    };
  }
}

/** Clips and adds noise on the client. @throws TypeError, ValueError for negative noise or norm, or a weighted inner aggregator */
export const dpLocal = (options: DpLocalOptions): DpLocal => new DpLocal(options);
