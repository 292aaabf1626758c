/**
 * Differential privacy: each client's value is clipped, the values are summed, and noise hides what one of them can change.
 *
 * McMahan et al., "Learning differentially private recurrent language models", ICLR 2018, https://arxiv.org/abs/1710.06963. Noise is
 * drawn in floating point, which does not stand up to an adversary who sees its lowest bits (Mironov, CCS 2012).
 */
import type { Output } from '../graph/graph.js';
import { op } from '../graph/ops/core.js';
import { add, addN, cast, div, maximum, mul, sqrt, square, sub } from '../graph/ops/math.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import type { Estimation } from './estimation.js';
import { Nested } from './nested.js';
import { checkFloating, clipByNorm, globalNorm } from './norms.js';
import { type NoiseDistribution, noiseSeed, type Randomness, split, unitNoise } from './randomness.js';
import { sum } from './sum.js';

export interface Mechanism {
  /** For messages. */
  readonly name: string;
  /** The clipping norm: Euclidean for Gaussian noise, the sum of absolute values for Laplace's. */
  readonly clip: Estimation;
  readonly distribution: NoiseDistribution;
  /** Scale of the noise on the sum, in units of the clipping norm. */
  readonly noiseMultiplier: number;
  /** What the sum is divided by. */
  readonly clientsPerRound: number;
  readonly recordAggregation: Aggregator | undefined;
  readonly seed: number | undefined;
}

/** Adds noise of a scale to every leaf; `scale` is a `float32` scalar. */
export function addNoise(value: Tree<Output>, distribution: NoiseDistribution, scale: Output, seed: Output): Tree<Output> {
  const leaves = flatten(value);
  const noise = unitNoise(distribution, seed, leaves);
  return unflatten(
    value,
    leaves.map((x, i) => add(x, mul(noise[i] as Output, cast(scale, x.dtype)))),
  );
}

/**
 * The ratio of signal to noise in a noisy sum, or another noisy result: the length of the sum over that which noise has on average, `√(dimensions · variance)`. It is
 * estimated from the noisy sum, of whose squared length the noise's is taken away, so that it tells no more than the result does.
 */
export function signalToNoise(noisy: Tree<Output>, distribution: NoiseDistribution, scale: Output): Output {
  const dimensions = addN(flatten(noisy).map((x) => cast(op('Size', [x]), 'float32')));
  const variance = mul(square(scale), distribution === 'gaussian' ? 1 : 2);
  return sqrt(maximum(sub(div(square(globalNorm(noisy, 2)), mul(dimensions, variance)), 1), 0));
}

/** The norm that bounds what a client can change for noise of a distribution. */
export const sensitivityNorm = (distribution: NoiseDistribution): 1 | 2 => (distribution === 'gaussian' ? 2 : 1);

export class DifferentiallyPrivate extends Aggregator {
  readonly weighted = false;
  readonly #mechanism: Mechanism;
  readonly #recordAggregation: Aggregator;

  constructor(mechanism: Mechanism) {
    super();
    this.#mechanism = mechanism;
    this.#recordAggregation = checkUnweighted('recordAggregation', mechanism.recordAggregation ?? sum());
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const { name, distribution, noiseMultiplier, clientsPerRound, seed } = this.#mechanism;
    checkFloating(name, specs);
    const clip = this.#mechanism.clip.parts();
    const nested = new Nested({ clip, dp: this.#recordAggregation.parts(specs) });
    const clipOf = (state: Tree<Output>, { graph }: Output): Output =>
      cast(clip.report((state as { clip: Tree<Output> }).clip, graph), 'float32');
    return {
      minClients: nested.minClients,
      initialize: (graph) => nested.initialize(graph),
      client: (state, value, weight, random) => {
        const norm = globalNorm(value, sensitivityNorm(distribution));
        return nested.client(state, { clip: norm, dp: clipByNorm(value, norm, clipOf(state, weight)) }, weight, random);
      },
      server: (state, combined) => {
        const [own, inner] = split(combined.random, 2) as [Randomness, Randomness];
        const steps = nested.server(state, { ...combined, random: inner });
        const limit = clipOf(state, combined.count);
        const scale = mul(limit, noiseMultiplier);
        const noisy = noiseMultiplier === 0 ? steps.dp.result : addNoise(steps.dp.result, distribution, scale, noiseSeed(own, seed));
        return {
          state: nested.states(steps),
          result: unflatten(
            noisy,
            flatten(noisy).map((x) => div(x, clientsPerRound)),
          ),
          measurements: {
            dp: steps.dp.measurements,
            clip: limit,
            noiseScale: scale,
            signalToNoise: signalToNoise(noisy, distribution, scale),
          },
        };
      },
    };
  }
}
