/**
 * The Laplace mechanism, with sampling of clients: `dpLaplace`.
 *
 * Dwork et al., "Calibrating noise to sensitivity in private data analysis", TCC 2006, https://doi.org/10.1007/11681878_14; its moments are
 * those of Mironov, "Rényi differential privacy", CSF 2017, https://arxiv.org/abs/1702.07476, table II.
 */
import { checkOptions } from '../validate.js';
import { logAdd } from './logarithms.js';
import { Mechanism, type MechanismOptions } from './mechanism.js';
import type { Noise } from './noise.js';
import { sampledMoment } from './sampled-moment.js';

export function laplaceNoise(scale: number): Noise {
  const most = 1 / scale;
  const everyone = (order: number): number =>
    logAdd((order - 1) * most + Math.log(order / (2 * order - 1)), -order * most + Math.log((order - 1) / (2 * order - 1)));
  // Outside of [0, 1] the ratio is the same everywhere, so that its tails are exact.
  return {
    logMoment: (q, order) => (q === 1 ? everyone(order) : sampledMoment(everyone, q, order)),
    density: (x) => Math.exp(-Math.abs(x) / scale) / (2 * scale),
    ratio: (x) => (2 * x - 1) / scale,
    inverse: (value) => (1 + value * scale) / 2,
    range: [0, 1],
    below: { without: 0.5, with: Math.exp(-most) / 2, nearest: -most, extreme: -most },
    above: { without: Math.exp(-most) / 2, with: 0.5, nearest: most, extreme: most },
    width: scale,
  };
}

/**
 * Rounds of sums with Laplace noise. `noiseMultiplier` is that of the aggregator, the scale of the noise (not its standard deviation) in
 * units of the clipping norm.
 *
 * @throws TypeError, ValueError for options out of their ranges
 */
export function laplace(options: MechanismOptions): Mechanism {
  checkOptions('options of laplace', options, ['noiseMultiplier', 'samplingProbability', 'rounds']);
  return new Mechanism(laplaceNoise, options);
}
