/**
 * Differentially private mean with tree-aggregated noise, as in DP-FTRL: the sums of all rounds so far are private with noise that grows
 * with the logarithm of their number, without any sampling of clients (`DifferentiallyPrivateFactory.tree_aggregation`, `.tree_adaptive`).
 *
 * Kairouz et al., "Practical and private (deep) learning without sampling or shuffling", ICML 2021, https://arxiv.org/abs/2103.00039; the
 * efficient variant after Honaker, "Efficient use of differentially private binary trees", TPDP 2015.
 */
import type { Output } from '../graph/graph.js';
import { add, cast, div, equal, exp, floorMod, greaterEqual, lessEqual, logicalAnd, mul, sub, where } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { checkBoolean, checkInteger, checkNumber, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { adaptiveClipNoise } from './dp-gaussian-adaptive.js';
import { Nested } from './nested.js';
import { checkFloating, clipByNorm, globalNorm } from './norms.js';
import { checkNoiseSeed, noiseSeed, type Randomness, split } from './randomness.js';
import { staticShapes } from './static-shapes.js';
import { sum } from './sum.js';
import { type Level, treeLevels, treeNoise } from './tree-noise.js';

interface CommonOptions {
  /** Scale of the noise of a node in units of the clipping norm, not negative. */
  readonly noiseMultiplier: number;
  /** The number of clients that a round is planned with: the divisor, whatever number takes part. */
  readonly clientsPerRound: number;
  /** Rounds of a tree, after which a new one begins; 1024 by default. The state holds `⌊log2(rounds)⌋ + 1` times the values' memory. */
  readonly restartFrequency?: number;
  /** Whether nodes are estimated from all below them, which halves the noise of large trees; `true` by default. */
  readonly useEfficient?: boolean;
  /** How the clipped values are summed; `sum()` by default. */
  readonly recordAggregation?: Aggregator;
  /** Makes the noise repeatable, for tests; by default it cannot be foreseen. */
  readonly seed?: number;
}

export interface DpTreeOptions extends CommonOptions {
  /** The largest Euclidean norm of a client's value, not negative. */
  readonly l2NormClip: number;
}

export interface DpTreeAdaptiveOptions extends CommonOptions {
  /** The clipping norm of the first tree, positive; 0.1 by default. */
  readonly initialL2NormClip?: number;
  /** Rounds of the first tree, so that the norm can change early; 128 by default, or fewer where trees are shorter. */
  readonly restartWarmup?: number;
  /** The share of clients that are not clipped, in [0, 1]; 0.5 by default. */
  readonly targetUnclippedQuantile?: number;
  /** How far a round moves the estimate of the norm; 0.2 by default. */
  readonly clipLearningRate?: number;
  /** Standard deviation of the noise on the number of clients below the estimate; a twentieth of `clientsPerRound` by default. */
  readonly clippedCountStddev?: number;
}

const COMMON = ['noiseMultiplier', 'clientsPerRound', 'restartFrequency', 'useEfficient', 'recordAggregation', 'seed'] as const;
const ADAPTIVE = ['initialL2NormClip', 'restartWarmup', 'targetUnclippedQuantile', 'clipLearningRate', 'clippedCountStddev'] as const;

/** How the norm follows the clients; a rate of 0 keeps it. */
interface ClipSchedule {
  readonly initial: number;
  readonly learningRate: number;
  readonly targetQuantile: number;
  readonly countStddev: number;
  readonly warmup: number;
}

interface State {
  readonly [key: string]: Tree<Output>;
  /** Rounds so far, and of them in this tree. */
  readonly round: Output;
  readonly step: Output;
  /** The norm of this tree, and the estimate that the next one takes. */
  readonly clip: Output;
  readonly estimate: Output;
  /** The tree's nodes in units of their scale. */
  readonly levels: readonly Level[];
}

class DpTree extends Aggregator {
  readonly weighted = false;
  readonly #name: string;
  readonly #noiseMultiplier: number;
  readonly #clientsPerRound: number;
  readonly #frequency: number;
  readonly #efficient: boolean;
  readonly #recordAggregation: Aggregator;
  readonly #seed: number | undefined;
  readonly #schedule: ClipSchedule;

  constructor(name: string, options: CommonOptions, frequency: number, schedule: ClipSchedule) {
    super();
    this.#name = name;
    this.#noiseMultiplier = options.noiseMultiplier;
    this.#clientsPerRound = options.clientsPerRound;
    this.#frequency = frequency;
    this.#efficient = checkBoolean('useEfficient', options.useEfficient ?? true);
    this.#recordAggregation = checkUnweighted('recordAggregation', options.recordAggregation ?? sum());
    this.#seed = checkNoiseSeed(options.seed);
    this.#schedule = schedule;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    checkFloating(this.#name, specs);
    staticShapes(this.#name, specs);
    const count = tensorSpec([]) as TensorSpec;
    const nested = new Nested({ dp: this.#recordAggregation.parts(specs), belowEstimate: sum().parts(count) });
    const depth = Math.floor(Math.log2(this.#frequency)) + 1;
    return {
      minClients: nested.minClients,
      initialize: (graph): Tree<Output> => {
        const initial = graph.constant(this.#schedule.initial, 'float32');
        const zero = graph.constant(0, 'int64');
        const levels = treeLevels(graph, [...flatten(specs), count], depth);
        return { ...nested.initialize(graph), round: zero, step: zero, clip: initial, estimate: initial, levels };
      },
      client: (state, value, weight, random) => {
        const { clip, estimate } = state as State;
        const norm = globalNorm(value, 2);
        const below = sub(cast(lessEqual(norm, estimate), 'float32'), 0.5);
        return nested.client(state, { dp: clipByNorm(value, norm, clip), belowEstimate: below }, weight, random);
      },
      server: (state, combined) => {
        const [own, inner] = split(combined.random, 2) as [Randomness, Randomness];
        const steps = nested.server(state, { ...combined, random: inner });
        const { round, step, clip, levels } = state as State;
        const noise = treeNoise(levels, step, noiseSeed(own, this.#seed), this.#efficient);
        const scale = mul(clip, this.#noiseMultiplier);
        const values = flatten(steps.dp.result).map((x, i) =>
          div(add(x, mul(noise.residual[i] as Output, cast(scale, x.dtype))), this.#clientsPerRound),
        );
        const estimate = this.#nextEstimate(state as State, steps.belowEstimate.result as Output, noise.residual.at(-1) as Output);
        const rounds = add(round, 1);
        const restart = this.#restarts(rounds);
        const next: State = {
          round: rounds,
          step: where(restart, sub(step, step), add(step, 1)),
          clip: where(restart, estimate, clip),
          estimate,
          levels: noise.levels,
        };
        return {
          state: { ...nested.states(steps), ...next },
          result: unflatten(steps.dp.result, values),
          measurements: { dp: steps.dp.measurements, clip, noiseScale: scale },
        };
      },
    };
  }

  /** A step towards the quantile; the count of clients below has noise of the same tree. */
  #nextEstimate({ estimate }: State, centredCount: Output, noise: Output): Output {
    const { learningRate, targetQuantile, countStddev } = this.#schedule;
    const share = add(div(add(centredCount, mul(noise, countStddev)), this.#clientsPerRound), 0.5);
    return mul(estimate, exp(mul(sub(targetQuantile, share), learningRate)));
  }

  /** Whether a new tree begins after so many rounds. */
  #restarts(rounds: Output): Output {
    const { warmup } = this.#schedule;
    const since = sub(rounds, warmup);
    return logicalAnd(greaterEqual(since, 0), equal(floorMod(since, this.#frequency), 0));
  }
}

function checkCommon(options: CommonOptions): number {
  checkNumber('noiseMultiplier', options.noiseMultiplier, { min: 0 });
  checkNumber('clientsPerRound', options.clientsPerRound, { min: 0, exclusive: true });
  return checkInteger('restartFrequency', options.restartFrequency ?? 1024, { min: 1 });
}

/**
 * Clips to a fixed norm, sums, adds the difference of the tree's noise between this round and the last, and divides by `clientsPerRound`.
 *
 * TFF's `tree_aggregation` never begins a new tree; its state grows instead. Nodes of the tree are in the state: keep it as secret as
 * the noise. Measurements: `clip`, `noiseScale` (of a node), and those of the sum as `dp`.
 *
 * @throws TypeError, ValueError for options out of their ranges
 */
export function dpTree(options: DpTreeOptions): Aggregator {
  checkOptions('options of dpTree', options, [...COMMON, 'l2NormClip']);
  const frequency = checkCommon(options);
  return new DpTree('dpTree', options, frequency, {
    initial: checkNumber('l2NormClip', options.l2NormClip, { min: 0 }),
    learningRate: 0,
    targetQuantile: 0,
    countStddev: 0,
    warmup: frequency,
  });
}

/**
 * {@link dpTree} with a norm that follows a quantile of the clients' norms: it is estimated in every round, and taken for each new tree.
 *
 * @throws TypeError, ValueError for options out of their ranges, or noise on the count that is too small for the whole
 */
export function dpTreeAdaptive(options: DpTreeAdaptiveOptions): Aggregator {
  checkOptions('options of dpTreeAdaptive', options, [...COMMON, ...ADAPTIVE]);
  const frequency = checkCommon(options);
  const noise = adaptiveClipNoise(options.noiseMultiplier, options.clientsPerRound, options.clippedCountStddev);
  return new DpTree('dpTreeAdaptive', { ...options, noiseMultiplier: noise.valueNoiseMultiplier }, frequency, {
    initial: checkNumber('initialL2NormClip', options.initialL2NormClip ?? 0.1, { min: 0, exclusive: true }),
    learningRate: checkNumber('clipLearningRate', options.clipLearningRate ?? 0.2, { min: 0 }),
    targetQuantile: checkNumber('targetUnclippedQuantile', options.targetUnclippedQuantile ?? 0.5, { min: 0, max: 1 }),
    countStddev: noise.clippedCountStddev,
    warmup: checkInteger('restartWarmup', options.restartWarmup ?? Math.min(128, frequency), { min: 1, max: frequency }),
  });
}
