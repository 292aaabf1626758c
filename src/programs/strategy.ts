/**
 * A training in one object that samples clients, trains, evaluates and keeps the history, as a `Strategy` of Flower (Beutel et al., "Flower:
 * a friendly federated learning framework", 2020, https://arxiv.org/abs/2007.14390): a loop around the pure `next` of any learning process.
 *
 * Options, their defaults and the rule for how many clients are drawn are those of Flower's `FedAvg`; what is done with clients' updates is
 * the process's.
 */
import { ClientData } from '../data/client-data.js';
import { checkedSample } from '../data/sample.js';
import { type UniformSampling, uniformSampling } from '../data/uniform-sampling.js';
import { ValueError } from '../errors.js';
import type { ModelWeights } from '../models/model-weights.js';
import { Random } from '../random.js';
import { type ClientFailure, checkNextOptions, type NextOptions, ROUNDS_OPTIONS } from '../templates/cohort.js';
import { type LearningOutput, LearningProcess, type LearningState, type Metrics } from '../templates/learning-process.js';
import { within } from '../templates/within.js';
import { isDictionary } from '../tree.js';
import { checkFunction, checkInteger, checkNumber, checkOptions, mustBe, mustHold } from '../validate.js';
import { RoundError } from './round-error.js';
import { MEMORY_OPTIONS, RunMemory, type RunMemoryOptions } from './run-memory.js';

export interface StrategyOptions<C = undefined> {
  /** The part of all clients, above 0 and at most 1, that trains in a round, rounded down; 1 by default. */
  readonly fractionTrain?: number;
  /** The part of all clients, 0 to 1, that evaluates after a round, rounded down; 1 by default. With 0 none does, whatever `minEvaluateClients`. */
  readonly fractionEvaluate?: number;
  /** The fewest clients that train in a round, at least 1; 2 by default. Where the fraction is fewer, so many are drawn. */
  readonly minTrainClients?: number;
  /** The same for evaluation. */
  readonly minEvaluateClients?: number;
  /** The fewest clients that there must be to draw from, at least 1; 2 by default. */
  readonly minAvailableClients?: number;
  /** Evaluates each round's weights on clients' data: what `algorithms.buildFedEval` returns. Without it clients only train. */
  readonly evaluation?: LearningProcess;
  /**
   * Evaluates weights on the server: called with those before round 1, as round 0, and after each round. What it returns is told with the
   * round.
   */
  readonly evaluate?: (weights: ModelWeights, round: number) => C | Promise<C>;
  /**
   * The hyper-parameters of a round, those that `getHparams` of the process has: they are set in the state before it, and those that are not
   * named stay as they were. A function of the round's number alone, so that a training that is cut in two has the same.
   */
  readonly hparams?: (round: number) => Parameters<LearningProcess['setHparams']>[1];
  /**
   * Draws the clients that train in a round: their names, as many as it is asked for, such as `data.minimizeReuseSampling(clients.ids)`;
   * `data.uniformSampling(clients.ids, { seed })` by default. A function of the round's number and the size alone, so that a training that is
   * cut in two has the same. Who evaluates is drawn at random still.
   */
  readonly sampling?: UniformSampling<string>;
  /** With the round, decides which clients are drawn at random; 0 by default. */
  readonly seed?: number;
}

/**
 * How rounds are run. `minCompletionRate` and `clientTimeout` hold for training and evaluation, `onProgress` is told of training; a `signal`
 * stops either, and what is awaited of `evaluate`.
 */
export interface StrategyRunOptions<C = unknown> extends NextOptions, RunMemoryOptions<C> {
  /** The number of the last round, at least 0: those that `initialState` has behind it count. */
  readonly rounds: number;
  /** Where to go on: the state of an earlier round, or a state that was loaded; a new one by default. */
  readonly initialState?: LearningState | undefined;
  /** Weights to begin with in a new state; the model's by default. Not together with `initialState`. */
  readonly initialWeights?: ModelWeights | undefined;
  /** The clients that evaluate; those that train by default. */
  readonly evaluationClients?: ClientData | undefined;
}

/** An evaluation on clients' data. */
export interface StrategyEvaluation {
  /** The names of the clients that were drawn. */
  readonly clients: readonly string[];
  /** As `next` of `evaluation` reports them. */
  readonly metrics: Metrics;
  /** Clients that were left out, by their places in `clients`. */
  readonly failures: readonly ClientFailure[];
}

/** What a round gave: as `next` returns it, and more. In round 0, the evaluation before the first one, `clients` and `metrics` are empty. */
export interface StrategyRound<C = undefined> extends LearningOutput {
  /** From 1 on. */
  readonly round: number;
  /** The names of the clients that were drawn; `failures` has places in it. */
  readonly clients: readonly string[];
  /** Without `evaluation`, `undefined`. */
  readonly evaluation: StrategyEvaluation | undefined;
  /** What `evaluate` returned. */
  readonly central: C | undefined;
}

/** What all rounds gave, the metrics by the rounds' numbers. */
export interface StrategyResult<C = undefined> {
  readonly state: LearningState;
  readonly weights: ModelWeights;
  readonly trainMetrics: Readonly<Record<number, Metrics>>;
  readonly evaluationMetrics: Readonly<Record<number, Metrics>>;
  /** What `evaluate` returned, without rounds for which it returned `undefined`. */
  readonly centralMetrics: Readonly<Record<number, C>>;
}

const STRATEGY_OPTIONS = ['fractionTrain', 'minTrainClients', 'minAvailableClients', 'evaluate', 'hparams', 'sampling', 'seed'] as const;
const EVALUATION_OPTIONS = ['fractionEvaluate', 'minEvaluateClients'] as const;
const RUN_OPTIONS = [
  'rounds',
  'initialState',
  'initialWeights',
  'evaluationClients',
  'onProgress',
  ...MEMORY_OPTIONS,
  ...ROUNDS_OPTIONS,
] as const;

/** How many clients are drawn. */
interface Share {
  readonly fraction: number;
  readonly min: number;
}

/** A run whose arguments have been checked. */
interface Run<C> extends Pick<StrategyRunOptions, 'rounds' | 'initialState' | 'initialWeights'> {
  readonly train: Draw;
  readonly evaluation: { readonly process: LearningProcess; readonly draw: Draw } | undefined;
  readonly memory: RunMemory<C>;
  readonly next: NextOptions;
}

/** The clients of a round. */
type Draw = (round: number) => { readonly ids: readonly string[]; readonly clients: ReturnType<ClientData['select']> };

type Evaluator = (state: LearningState, round: number) => Promise<StrategyEvaluation | undefined>;

/** A user's sampling that gives names of clients, as many as it is asked for, or throws. */
function checkedSampling(sampling: UniformSampling<string>, clients: ClientData): UniformSampling<string> {
  const known = new Set(clients.ids);
  const isClient = (name: string, id: unknown): string => {
    if (typeof id !== 'string') throw mustBe(name, 'the name of a client', id);
    if (!known.has(id)) throw mustHold(name, `one of the ${known.size} clients`, id);
    return id;
  };
  return (round, size) => checkedSample(`sampling(${round}, ${size})`, sampling(round, size), size, 'names of clients', isClient);
}

/** Keeps nothing between rounds: all that a training knows is in its state. Made by {@link strategy}. */
export class Strategy<C = undefined> {
  readonly #process: LearningProcess;
  readonly #evaluation: LearningProcess | undefined;
  readonly #evaluate: StrategyOptions<C>['evaluate'];
  readonly #hparams: StrategyOptions<C>['hparams'];
  readonly #sampling: StrategyOptions<C>['sampling'];
  readonly #trainShare: Share;
  readonly #evaluationShare: Share;
  readonly #minAvailable: number;
  readonly #seed: number;

  /** @internal */
  constructor(process: LearningProcess, options: StrategyOptions<C>) {
    if (!(process instanceof LearningProcess)) throw mustBe('process', 'a learning process', process);
    checkOptions('options of strategy', options, [...STRATEGY_OPTIONS, ...EVALUATION_OPTIONS, 'evaluation']);
    const { evaluation, evaluate, hparams, sampling } = options;
    if (evaluation !== undefined && !(evaluation instanceof LearningProcess))
      throw mustBe('evaluation', 'a learning process that evaluates', evaluation);
    for (const name of EVALUATION_OPTIONS)
      if (evaluation === undefined && options[name] !== undefined) throw new ValueError(`\`${name}\` must come with \`evaluation\``);
    if (evaluate !== undefined) checkFunction('evaluate', evaluate);
    if (hparams !== undefined) checkFunction('hparams', hparams);
    if (sampling !== undefined) checkFunction('sampling', sampling);
    this.#process = process;
    this.#evaluation = evaluation;
    this.#evaluate = evaluate;
    this.#hparams = hparams;
    this.#sampling = sampling;
    this.#trainShare = {
      fraction: checkNumber('fractionTrain', options.fractionTrain ?? 1, { min: Number.MIN_VALUE, max: 1 }),
      min: checkInteger('minTrainClients', options.minTrainClients ?? 2, { min: 1 }),
    };
    this.#evaluationShare = {
      fraction: checkNumber('fractionEvaluate', options.fractionEvaluate ?? 1, { min: 0, max: 1 }),
      min: checkInteger('minEvaluateClients', options.minEvaluateClients ?? 2, { min: 1 }),
    };
    this.#minAvailable = checkInteger('minAvailableClients', options.minAvailableClients ?? 2, { min: 1 });
    this.#seed = checkInteger('seed', options.seed ?? 0);
  }

  /**
   * Runs the rounds one after another, each when it is asked for: `for await (const round of strategy.rounds(clients, { rounds: 10 }))`. Whoever
   * leaves the loop leaves nothing running. With `evaluate`, a new training begins with a round 0.
   *
   * Training goes on from a round's state, and is then, bit by bit, what it would have been without an end: clients are drawn by the seed and
   * the round.
   *
   * @returns What gives a round at a time, and the last state at the end.
   * @throws TypeError, ValueError for arguments of the wrong kind or out of range, or too few clients to draw from. The loop throws a RoundError
   *   where a round fails, and the signal's reason when aborted; the last round's state stays usable.
   */
  rounds(clients: ClientData, options: StrategyRunOptions<C>): AsyncGenerator<StrategyRound<C>, LearningState, undefined> {
    return this.#run(this.#checked(clients, options));
  }

  /** All rounds of `rounds` at once. To keep what has been done when a signal stops it, use `rounds`; a RoundError has the state before the round. */
  async start(clients: ClientData, options: StrategyRunOptions<C>): Promise<StrategyResult<C>> {
    const rounds = this.rounds(clients, options);
    const trainMetrics: Record<number, Metrics> = {};
    const evaluationMetrics: Record<number, Metrics> = {};
    const centralMetrics: Record<number, C> = {};
    for (;;) {
      const step = await rounds.next();
      if (step.done) {
        const state = step.value;
        return { state, weights: this.#process.getModelWeights(state), trainMetrics, evaluationMetrics, centralMetrics };
      }
      const { round, clients: drawn, metrics, evaluation, central } = step.value;
      if (drawn.length > 0) trainMetrics[round] = metrics;
      if (evaluation !== undefined) evaluationMetrics[round] = evaluation.metrics;
      if (central !== undefined) centralMetrics[round] = central;
    }
  }

  #checked(clients: ClientData, options: StrategyRunOptions<C>): Run<C> {
    checkOptions('options', options, RUN_OPTIONS);
    const { rounds, initialState, initialWeights, evaluationClients, ...others } = options;
    const { callbacks, programStateManager, roundsPerSavingProgramState, ...next } = others;
    checkNextOptions(next);
    checkInteger('rounds', rounds, { min: 0 });
    if (initialState !== undefined && initialWeights !== undefined)
      throw new ValueError('`initialWeights` must not come with `initialState`, which has weights');
    if (evaluationClients !== undefined && this.#evaluation === undefined)
      throw new ValueError("`evaluationClients` must come with the strategy's `evaluation`");
    const memory = new RunMemory({ callbacks, programStateManager, roundsPerSavingProgramState });
    const train = this.#draw('clients', clients, this.#trainShare, this.#seed, this.#sampling);
    const process = this.#evaluation;
    if (process === undefined || this.#evaluationShare.fraction === 0)
      return { rounds, initialState, initialWeights, train, evaluation: undefined, memory, next };
    // Who evaluates is independent of who trains.
    const seed = new Random(this.#seed).uint32();
    const draw = this.#draw('evaluationClients', evaluationClients ?? clients, this.#evaluationShare, seed);
    return { rounds, initialState, initialWeights, train, evaluation: { process, draw }, memory, next };
  }

  /** Draws clients of each round, as many as Flower. */
  #draw(name: string, clients: ClientData, { fraction, min }: Share, seed: number, sampling?: UniformSampling<string>): Draw {
    if (!(clients instanceof ClientData)) throw mustBe(name, 'a clientData', clients);
    const available = clients.size;
    const size = Math.max(Math.floor(available * fraction), min);
    const needed = Math.max(size, this.#minAvailable);
    if (available < needed) throw new ValueError(`\`${name}\` must be at least ${needed} to draw ${size} from, received ${available}`);
    const sample = sampling === undefined ? uniformSampling(clients.ids, { seed }) : checkedSampling(sampling, clients);
    return (round) => {
      const ids = sample(round, size);
      return { ids, clients: clients.select(ids) };
    };
  }

  async *#run(run: Run<C>): AsyncGenerator<StrategyRound<C>, LearningState, undefined> {
    const { signal } = run.next;
    const saved = await run.memory.load();
    let state = await this.#begin(saved === undefined ? run : { initialState: saved.state });
    const finished = Number(state.round.data[0]);
    if (saved !== undefined || finished === 0) run.memory.restore(saved?.callbacks);
    if (saved?.stopped) return state;
    const evaluate = await this.#evaluator(run, state);
    const attempt = async <T>(round: number, work: () => Promise<T>): Promise<T> => {
      try {
        signal?.throwIfAborted();
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        throw new RoundError(round, state, error);
      }
    };
    if (finished === 0 && this.#evaluate !== undefined) {
      const first = await attempt(0, async () => {
        const central = await this.#central(state, 0, signal);
        const given: StrategyRound<C> = { round: 0, state, clients: [], metrics: {}, failures: [], evaluation: undefined, central };
        return { given, ended: await run.memory.end(given, false) };
      });
      yield first.given;
      if (first.ended) return state;
    }
    for (let round = finished + 1; round <= run.rounds; round++) {
      const { given, ended } = await attempt(round, async () => {
        const { ids, clients } = run.train(round);
        const output = await this.#process.next(this.#withHparams(state, round), clients, run.next);
        const evaluation = await evaluate(output.state, round);
        const central = await this.#central(output.state, round, signal);
        const done: StrategyRound<C> = { ...output, round, clients: ids, evaluation, central };
        return { given: done, ended: await run.memory.end(done, round === run.rounds) };
      });
      ({ state } = given);
      yield given;
      if (ended) break;
    }
    return state;
  }

  /** The state with the round's hyper-parameters. */
  #withHparams(state: LearningState, round: number): LearningState {
    if (this.#hparams === undefined) return state;
    const hparams = this.#hparams(round);
    if (!isDictionary(hparams)) throw mustBe(`hparams(${round})`, 'a dictionary with clientWork or finalizer', hparams);
    return this.#process.setHparams(state, hparams);
  }

  async #begin({ initialState, initialWeights }: Pick<Run<C>, 'initialState' | 'initialWeights'>): Promise<LearningState> {
    if (initialState !== undefined) {
      await this.#process.checkState(initialState);
      return initialState;
    }
    const state = await this.#process.initialize();
    return initialWeights === undefined ? state : this.#process.setModelWeights(state, initialWeights);
  }

  /** Evaluates on clients' data, where it shall. @throws TypeError, ValueError for weights that do not fit, before clients train for nothing */
  async #evaluator(run: Run<C>, { globalModelWeights: first }: LearningState): Promise<Evaluator> {
    if (run.evaluation === undefined) return async () => undefined;
    const { process, draw } = run.evaluation;
    const { onProgress, ...next } = run.next;
    const start = process.setModelWeights(await process.initialize(), first);
    return async ({ globalModelWeights }, round) => {
      const { ids, clients } = draw(round);
      const { metrics, failures } = await process.next(process.setModelWeights(start, globalModelWeights), clients, next);
      return { clients: ids, metrics, failures };
    };
  }

  async #central(state: LearningState, round: number, signal: AbortSignal | undefined): Promise<C | undefined> {
    const evaluate = this.#evaluate;
    if (evaluate === undefined) return undefined;
    signal?.throwIfAborted();
    const weights = this.#process.getModelWeights(state);
    // Called when the signal is heard already.
    const value = Promise.resolve().then(() => evaluate(weights, round));
    return within(value, { signal, milliseconds: undefined }, 'evaluate');
  }
}

/**
 * A training with a learning process: `strategy(process, { fractionTrain: 0.1 }).start(clients, { rounds: 10 })`.
 *
 * @param process Any that trains, as `algorithms` builds them.
 * @throws TypeError, ValueError for something else, or an option of the wrong kind or out of range
 */
export const strategy = <C = undefined>(process: LearningProcess, options: StrategyOptions<C> = {}): Strategy<C> =>
  new Strategy(process, options);
