/**
 * A quantile of the clients' values, found by a step a round: no client tells more than whether its value is below the estimate.
 *
 * Andrew et al., "Differentially private learning with adaptive clipping", NeurIPS 2021, https://arxiv.org/abs/1905.03871
 * (`PrivateQuantileEstimationProcess` in TFF).
 */
import type { Graph, Output } from '../graph/graph.js';
import { add, cast, div, exp, lessEqual, mul, sub } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkBoolean, checkNumber, checkOptions } from '../validate.js';
import { Estimation, type EstimationParts } from './estimation.js';
import { Nested } from './nested.js';
import { checkNoiseSeed, noiseSeed, split, unitNoise } from './randomness.js';
import { secureSum } from './secure-sum.js';
import { sum } from './sum.js';

export interface QuantileEstimationOptions {
  /** The estimate before the first round; positive for a geometric update. */
  readonly initialEstimate: number;
  /** The share of clients whose value is to be at most the estimate, in [0, 1]. */
  readonly targetQuantile: number;
  /** How far a round moves the estimate; not negative. */
  readonly learningRate: number;
  /** What is reported is `multiplier · estimate + increment`; 1 by default. */
  readonly multiplier?: number;
  /** 0 by default. */
  readonly increment?: number;
  /** Whether the estimate is multiplied by `exp(step)`, which suits norms of any size (default), rather than increased by `step`. */
  readonly geometricUpdate?: boolean;
  /** Standard deviation of the noise on the number of clients below the estimate; 0 by default, which is not private. */
  readonly belowEstimateStddev?: number;
  /** What that number is divided by; the number of clients in the round by default. */
  readonly expectedNumRecords?: number;
  /** Whether the clients below are counted by a secure sum; `false` by default. */
  readonly secureEstimation?: boolean;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

const NAMES = [
  'initialEstimate',
  'targetQuantile',
  'learningRate',
  'multiplier',
  'increment',
  'geometricUpdate',
  'belowEstimateStddev',
  'expectedNumRecords',
  'secureEstimation',
  'seed',
] as const;

export class QuantileEstimation extends Estimation {
  readonly #options: Required<Omit<QuantileEstimationOptions, 'expectedNumRecords' | 'seed'>>;
  readonly #records: number | undefined;
  readonly #seed: number | undefined;

  constructor(options: QuantileEstimationOptions) {
    super();
    checkOptions('options of quantileEstimation', options, NAMES);
    const geometricUpdate = checkBoolean('geometricUpdate', options.geometricUpdate ?? true);
    const positive = { min: 0, exclusive: true };
    this.#options = {
      geometricUpdate,
      initialEstimate: checkNumber('initialEstimate', options.initialEstimate, geometricUpdate ? positive : {}),
      targetQuantile: checkNumber('targetQuantile', options.targetQuantile, { min: 0, max: 1 }),
      learningRate: checkNumber('learningRate', options.learningRate, { min: 0 }),
      multiplier: checkNumber('multiplier', options.multiplier ?? 1),
      increment: checkNumber('increment', options.increment ?? 0),
      belowEstimateStddev: checkNumber('belowEstimateStddev', options.belowEstimateStddev ?? 0, { min: 0 }),
      secureEstimation: checkBoolean('secureEstimation', options.secureEstimation ?? false),
    };
    this.#records =
      options.expectedNumRecords === undefined ? undefined : checkNumber('expectedNumRecords', options.expectedNumRecords, positive);
    this.#seed = checkNoiseSeed(options.seed);
  }

  override parts(): EstimationParts {
    const { initialEstimate, targetQuantile, learningRate, multiplier, increment, geometricUpdate, belowEstimateStddev } = this.#options;
    const counting = this.#options.secureEstimation ? secureSum({ upperBoundThreshold: 1, lowerBoundThreshold: 0 }) : sum();
    const nested = new Nested({ belowEstimate: counting.parts(tensorSpec([], 'int32') as TensorSpec) });
    const estimateOf = (state: Tree<Output>): Output => (state as { estimate: Output }).estimate;
    return {
      initialize: (graph: Graph) => ({ ...nested.initialize(graph), estimate: graph.constant(initialEstimate, 'float32') }),
      report: (state) => add(mul(estimateOf(state), multiplier), increment),
      client: (state, value, weight, random) => {
        const below = cast(lessEqual(value as Output, estimateOf(state)), 'int32');
        return nested.client(state, { belowEstimate: below }, weight, random);
      },
      server: (state, combined) => {
        const [own, inner] = split(combined.random, 2) as [typeof combined.random, typeof combined.random];
        const steps = nested.server(state, { ...combined, random: inner });
        const count = cast(combined.count, 'float32');
        // Each client counts as -1/2 or 1/2, which halves what one of them can change.
        const centred = sub(cast(steps.belowEstimate.result as Output, 'float32'), mul(count, 0.5));
        const noise = (): Output => mul(unitNoise('gaussian', noiseSeed(own, this.#seed), [count])[0] as Output, belowEstimateStddev);
        const noisy = belowEstimateStddev === 0 ? centred : add(centred, noise());
        const share = add(div(noisy, this.#records ?? count), 0.5);
        const step = mul(sub(targetQuantile, share), learningRate);
        const estimate = estimateOf(state);
        const next = geometricUpdate ? mul(estimate, exp(step)) : add(estimate, step);
        return { state: { ...nested.states(steps), estimate: next }, result: [], measurements: [] };
      },
    };
  }
}

/** Estimates a quantile of the clients' values. @throws TypeError, ValueError for options out of their ranges */
export const quantileEstimation = (options: QuantileEstimationOptions): QuantileEstimation => new QuantileEstimation(options);
