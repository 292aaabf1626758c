/**
 * Differentially private mean with Laplace noise.
 *
 * Dwork et al., "Calibrating noise to sensitivity in private data analysis", TCC 2006, https://doi.org/10.1007/11681878_14.
 */
import type { DifferentiallyPrivate } from './differential-privacy.js';
import { type DpFixedOptions, fixedMechanism } from './dp-gaussian-fixed.js';

/**
 * Clips the sum of absolute values, sums, adds Laplace noise of the scale `noiseMultiplier · clip` (standard deviation `√2` times that),
 * and divides by `clientsPerRound`. A round is `ε`-private, without a `δ`, for `noiseMultiplier = 1 / ε`.
 *
 * Measurements: as of {@link dpGaussianFixed}.
 *
 * @throws TypeError, ValueError for negative noise or norm
 */
export const dpLaplace = (options: DpFixedOptions): DifferentiallyPrivate => fixedMechanism('dpLaplace', 'laplace', options);
