/**
 * Learning processes: distributor, client work, aggregator and finalizer as one pure `next(state, clients)`.
 *
 * The parts are graph functions; composed, they are two computations: the client's, run once per client, and the server's, run once
 * per round. Every client's run is fed the same native tensors: the server's weights, or what a distributor makes of them in a run of its own.
 */

import { checkState, specOf } from '../aggregators/aggregation-process.js';
import type { Aggregator, AggregatorParts } from '../aggregators/aggregator.js';
import { freshEntropy } from '../aggregators/randomness.js';
import type { Client, ReadyClient } from '../data/client-data.js';
import { DisposedError } from '../errors.js';
import { Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { specsOf } from '../graph/variable.js';
import { hparamsOf, withHparams } from '../keras/optimizers/optimizer.js';
import type { InputSpec } from '../models/batch.js';
import { checkWeights, LARGE_MODEL, type ModelWeights, sharedWeights } from '../models/model-weights.js';
import { collectGarbage } from '../native/garbage.js';
import { binding } from '../native/loader.js';
import { type Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../tree.js';
import { checkInteger, checkOptions, mustBe } from '../validate.js';
import { ClientStateStore, type ClientStates, nameOf } from './client-states.js';
import type { ClientWork, WeightOutputs } from './client-work.js';
import { type ClientFailure, Cohort, checkNextOptions, type NextOptions } from './cohort.js';
import type { Distributor } from './distributor.js';
import type { Finalizer } from './finalizer.js';
import { checkFits } from './fits.js';
import { DISTRIBUTION, type Pass, RoundProgram, type ServerOutput, salted } from './round-program.js';
import { type RoundResults, runClients } from './run-clients.js';

/** The state between rounds: a plain value, never changed by `next`. */
export interface LearningState {
  readonly globalModelWeights: ModelWeights;
  readonly distributor: Tree<Tensor>;
  readonly clientWork: Tree<Tensor>;
  readonly aggregator: Tree<Tensor>;
  readonly finalizer: Tree<Tensor>;
  /** What clients have kept between rounds, by their names; empty for algorithms whose clients keep nothing. */
  readonly clients: ClientStates;
  /** Number of finished rounds, an `int32` scalar: with the process' seed it decides all randomness of the next round. */
  readonly round: Tensor;
}

/** A tree of numbers (scalars) and tensors. */
// As a type alias, TypeScript's incremental check takes it for `number & Tensor`, and finds errors where there are none.
export interface Metrics {
  readonly [key: string]: number & Tensor & Metrics;
}

export interface LearningOutput {
  readonly state: LearningState;
  /** By part: `distributor`, `clientWork`, `aggregator`, `finalizer`. */
  readonly metrics: Metrics;
  /** Clients that were left out, and what each failed with: none unless `minCompletionRate` lets it be. */
  readonly failures: readonly ClientFailure[];
}

/** The parts of an algorithm. */
export interface LearningParts {
  /** What clients get of the weights; the weights as they are by default. */
  readonly distributor?: Distributor | undefined;
  readonly clientWork: ClientWork;
  readonly aggregator: Aggregator;
  readonly finalizer: Finalizer;
  /** Decides all randomness, with the round and the client's place in it; 0 by default. */
  readonly seed?: number | undefined;
}

const STATE_KEYS = ['globalModelWeights', 'distributor', 'clientWork', 'aggregator', 'finalizer', 'round', 'clients'] as const;

export class LearningProcess {
  readonly #distributor: Distributor | undefined;
  readonly #clientWork: ClientWork;
  readonly #aggregator: AggregatorParts;
  readonly #finalizer: Finalizer;
  readonly #seed: number;
  readonly #clientStates: ClientStateStore;
  readonly #programs = new Map<boolean, RoundProgram>();
  #distribution: Computation | undefined;
  #expected: Tree<TensorSpec> | undefined;
  #disposed = false;

  /** @internal */
  constructor({ distributor, clientWork, aggregator, finalizer, seed }: LearningParts) {
    this.#distributor = distributor;
    this.#clientWork = clientWork;
    this.#aggregator = aggregator.parts([...(clientWork.updateSpecs ?? specsOf(clientWork.model.trainableVariables))]);
    this.#finalizer = finalizer;
    this.#seed = checkInteger('seed', seed ?? 0);
    this.#clientStates = new ClientStateStore(clientWork);
  }

  /** The state before the first round: the model's current weights. */
  async initialize(): Promise<LearningState> {
    return {
      globalModelWeights: this.#clientWork.model.getWeights(),
      ...(await this.#initialParts()),
      clients: {},
      round: tensor(0, [], 'int32'),
    };
  }

  /**
   * One round.
   *
   * @param clients The cohort, at least one: data sets, remote clients, or functions that give one when its turn comes (twice a round for an
   *   algorithm whose server needs two messages of each, such as Mime).
   * @throws ValueError for no clients, data that does not fit the model, clients without names (or one that comes twice) where the algorithm
   *   keeps something for each, or a state of another process; whatever a client fails with, a TensorFlowError in its training, or
   *   TooFewClientsError where `minCompletionRate` lets some fail and more do; DisposedError after `dispose`; the signal's reason when
   *   aborted. The state given stays usable.
   */
  async next(state: LearningState, clients: readonly Client[], options: NextOptions = {}): Promise<LearningOutput> {
    if (this.#disposed) throw new DisposedError('the learning process has been disposed');
    const { signal, onProgress, minCompletionRate, clientTimeout } = checkNextOptions(options);
    const cohort = new Cohort(clients, { minCompletionRate, parts: [this.#aggregator, this.#clientWork] });
    await this.checkState(state);
    const { globalModelWeights, clientWork, aggregator, finalizer, round } = state;
    const { trainable, nonTrainable } = globalModelWeights;
    const entropy = freshEntropy();
    const shared = { aggregator, clientWork, trainable, nonTrainable, round, entropy, surveyed: [] };
    await roomFor(flatten<Tensor>(shared));
    const own = await this.#clientStates.round(state);
    const known = (client: ReadyClient, place: number): Tree<Tensor> => this.#clientWork.known?.of(nameOf(client, place)) ?? [];
    const pass = {
      cohort,
      spec: this.#clientWork.model.inputSpec,
      seed: this.#seed,
      round: Number(round.data[0]),
      signal,
      clientTimeout,
    };
    const serverSeed = tensor(BigInt64Array.of(BigInt(this.#seed), -1n - BigInt(pass.round)));
    const distributed = await this.#distribute(state, entropy, serverSeed);
    const toClients = { ...shared, ...distributed.weights };
    const survey = async (): Promise<Tree<Tensor>> => {
      const program = (shuffle: boolean) => this.#program(state, own.specs, shuffle).survey as NonNullable<RoundProgram['survey']>;
      const { combined, shuffled } = await runClients({ ...pass, shared: flatten<Tensor>(toClients), program, own: known });
      const found = await program(shuffled).server.run([shared, combined, countOf(cohort), serverSeed]);
      disposeAll(combined);
      return found;
    };
    const work = (surveyed: Tree<Tensor>): Promise<RoundResults> =>
      runClients({
        ...pass,
        shared: flatten<Tensor>({ ...toClients, surveyed }),
        program: (shuffle) => this.#program(state, own.specs, shuffle).work,
        begin: own.begin,
        own: (client, place) => [own.of(client, place), known(client, place)],
        onProgress,
      });
    const { surveyed, combined, shuffled, returned } = await (this.#clientWork.survey === undefined
      ? { surveyed: [], ...(await work([])) }
      : agreeing(cohort, survey, work));
    const { server } = this.#program(state, own.specs, shuffled);
    const next = (await server.run([
      { ...shared, surveyed },
      finalizer,
      combined,
      countOf(cohort),
      serverSeed,
    ])) as unknown as ServerOutput<Tensor>;
    disposeAll(combined);
    return {
      state: {
        globalModelWeights: {
          trainable: next.trainable,
          nonTrainable: next.nonTrainable.length === 0 ? nonTrainable.map((t) => t.share()) : next.nonTrainable,
        },
        distributor: distributed.state,
        clientWork: next.clientWork,
        aggregator: next.aggregator,
        finalizer: next.finalizer,
        clients: own.next(returned),
        round: next.round,
      },
      metrics: toMetrics({ distributor: distributed.measurements, ...next.metrics }),
      failures: cohort.failures,
    };
  }

  getModelWeights(state: LearningState): ModelWeights {
    return sharedWeights(state.globalModelWeights);
  }

  /**
   * The weights that a client would use: the server's, with what it keeps for itself.
   *
   * @throws ValueError for a client of which nothing is kept
   */
  getClientWeights(state: LearningState, id: string): ModelWeights {
    return sharedWeights(this.#clientStates.weights(state, id));
  }

  /** The state with other weights. @throws TypeError, ValueError for weights that do not fit the model */
  setModelWeights(state: LearningState, weights: ModelWeights): LearningState {
    const { model } = this.#clientWork;
    return { ...state, globalModelWeights: checkWeights('weights', model.trainableVariables, model.nonTrainableVariables, weights) };
  }

  /** The hyper-parameters in the state: `{ clientWork, finalizer }`, numbers by name. */
  getHparams(state: LearningState): { clientWork: Record<string, number>; finalizer: Record<string, number> } {
    const of = (names: object, part: unknown): Record<string, number> => hparamsOf(Object.keys(names), part as Record<string, unknown>);
    return { clientWork: of(this.#clientWork.hparams, state.clientWork), finalizer: of(this.#finalizer.hparams, state.finalizer) };
  }

  /** The state with other hyper-parameters; those that are not named stay. @throws TypeError for unknown names */
  setHparams(
    state: LearningState,
    hparams: { readonly clientWork?: Readonly<Record<string, number>>; readonly finalizer?: Readonly<Record<string, number>> },
  ): LearningState {
    checkOptions('hparams', hparams, ['clientWork', 'finalizer']);
    const set = (key: 'clientWork' | 'finalizer', names: object): Tree<Tensor> => {
      const values = hparams[key] ?? {};
      if (!isDictionary(values)) throw mustBe(`hparams.${key}`, 'a dictionary of numbers', values);
      return withHparams(Object.keys(names), state[key] as Record<string, unknown>, values) as Tree<Tensor>;
    };
    return {
      ...state,
      clientWork: set('clientWork', this.#clientWork.hparams),
      finalizer: set('finalizer', this.#finalizer.hparams),
    };
  }

  /** What clients' data must be like. @internal */
  get inputSpec(): InputSpec {
    return this.#clientWork.model.inputSpec;
  }

  /** The clients' parts of a round, one or two, for an endpoint. @internal */
  async passes(shuffle: boolean): Promise<readonly Pass[]> {
    if (this.#disposed) throw new DisposedError('the learning process has been disposed');
    const state = await this.initialize();
    const { work, survey } = this.#program(state, (await this.#clientStates.round(state)).specs, shuffle);
    return survey === undefined ? [work] : [work, survey];
  }

  /** @throws TypeError, ValueError for what is no state of this process @internal */
  async checkState(state: unknown): Promise<void> {
    if (!isDictionary(state) || STATE_KEYS.some((key) => state[key] === undefined))
      throw mustBe('state', `a state from \`initialize\` with the keys ${STATE_KEYS.join(', ')}`, state);
    const { clients, ...server } = state;
    this.#clientStates.check(clients);
    if (this.#expected === undefined) {
      // Not of a first state: a large model's weights would be made for it.
      const { trainableVariables, nonTrainableVariables } = this.#clientWork.model;
      this.#expected = {
        globalModelWeights: { trainable: specsOf(trainableVariables), nonTrainable: specsOf(nonTrainableVariables) },
        ...mapTree(await this.#initialParts(), specOf),
        round: tensorSpec([], 'int32'),
      } as unknown as Tree<TensorSpec>;
    }
    checkState(this.#expected, server as Tree<unknown>, 'model or algorithm');
  }

  /** Frees the compiled computations, and ends the process. States stay usable with another process of the same parts. */
  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#clientStates.dispose();
    this.#distribution?.dispose();
    this.#programs.clear();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The state before the first round without the model's weights. */
  async #initialParts(): Promise<Record<'distributor' | 'clientWork' | 'aggregator' | 'finalizer', Tree<Tensor>>> {
    using computation = Computation.compile([], (_, graph) => ({
      distributor: this.#distributor?.initialize(graph) ?? [],
      clientWork: this.#clientWork.initialize(graph),
      aggregator: this.#aggregator.initialize(graph),
      finalizer: this.#finalizer.initialize(graph),
    }));
    return (await computation.run([])) as unknown as Record<'distributor' | 'clientWork' | 'aggregator' | 'finalizer', Tree<Tensor>>;
  }

  /** What clients get of the weights, and the distributor's next state. */
  async #distribute({ distributor: state, globalModelWeights: weights, round }: LearningState, entropy: Tensor, seed: Tensor) {
    const distributor = this.#distributor;
    if (distributor === undefined) return { state, weights, measurements: {} };
    const given = [state, { ...weights }, round, entropy, seed] as Tree<Tensor>;
    this.#distribution ??= Computation.compile(mapTree(given, specOf), (inputs) => {
      const [own, server, finished, fresh, foreseen] = inputs as unknown as [Tree<Output>, WeightOutputs, Output, Output, Output];
      const step = distributor.distribute({ state: own, weights: server, round: finished, random: salted(foreseen, fresh, DISTRIBUTION) });
      const { trainableVariables, nonTrainableVariables } = this.#clientWork.model;
      checkFits('distributor', "trainable weights like the model's", specsOf(trainableVariables), step.weights.trainable);
      checkFits('distributor', "other weights like the model's", specsOf(nonTrainableVariables), step.weights.nonTrainable);
      return { state: step.state, weights: { ...step.weights }, measurements: step.measurements };
    });
    const step = await this.#distribution.run(given);
    return step as unknown as { state: Tree<Tensor>; weights: ModelWeights; measurements: Tree<Tensor> };
  }

  /** The computations of a round, compiled on first use; shuffling is another graph. */
  #program(state: LearningState, own: Tree<TensorSpec>, shuffle: boolean): RoundProgram {
    const known = this.#programs.get(shuffle);
    if (known !== undefined) return known;
    const parts = { clientWork: this.#clientWork, aggregator: this.#aggregator, finalizer: this.#finalizer };
    const { aggregator, clientWork, finalizer, round, globalModelWeights } = state;
    const made = new RoundProgram(parts, { aggregator, clientWork, finalizer, round, ...globalModelWeights }, own, shuffle);
    this.#programs.set(shuffle, made);
    return made;
  }
}

/** Frees what earlier rounds of a large model have left, and the arrays that its first weights come from: V8 would let several models pile up. */
async function roomFor(shared: readonly Tensor[]): Promise<void> {
  const bytes = shared.reduce((sum, t) => sum + binding().tensorInfo(t.native).byteLength, 0);
  if (bytes >= LARGE_MODEL) await collectGarbage();
}

const countOf = (cohort: Cohort<Client>): Tensor => tensor(cohort.size, [], 'int32');

/** Both passes of a round, of the same clients: the survey is made again where one that was in it fails in the work. */
async function agreeing(
  cohort: Cohort<Client>,
  survey: () => Promise<Tree<Tensor>>,
  work: (surveyed: Tree<Tensor>) => Promise<RoundResults>,
): Promise<RoundResults & { readonly surveyed: Tree<Tensor> }> {
  for (;;) {
    const surveyed = await survey();
    const clients = cohort.size;
    const results = await work(surveyed);
    if (cohort.size === clients) return { surveyed, ...results };
    disposeAll([surveyed, results.combined, ...Object.values(results.returned)]);
  }
}

const disposeAll = (tensors: Tree<Tensor>): void => {
  for (const t of flatten<Tensor>(tensors)) t.dispose();
};

/** Scalars as numbers; counts beyond 2^53 would lose digits, and no count comes near. */
function toMetrics(tree: Tree<Tensor>): Metrics {
  return mapTree(tree, (t) => (t.shape.length === 0 && t.dtype !== 'string' ? Number(t.data[0]) : t)) as unknown as Metrics;
}
