/**
 * Learning processes: distributor, client work, aggregator and finalizer as one pure `next(state, clients)`.
 *
 * The parts are graph functions; composed, they are two computations: the client's, run once per client, and the server's, run once
 * per round. The distributor is the broadcast: every client's run is fed the same native tensors.
 */

import { checkClientCount, checkState, reductionsOf, SEED, specOf } from '../aggregators/aggregation-process.js';
import type { Aggregator, AggregatorParts } from '../aggregators/aggregator.js';
import { freshEntropy, randomness } from '../aggregators/randomness.js';
import type { Client } from '../data/client-data.js';
import { DisposedError, typeError } from '../errors.js';
import { ClientComputation, Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { hparamsOf, withHparams } from '../keras/optimizers/optimizer.js';
import { checkWeights, type ModelWeights } from '../models/model-weights.js';
import type { Reduction } from '../native/binding.js';
import { type Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../tree.js';
import { checkFunction, checkInteger, checkOptions, mustBe } from '../validate.js';
import { datasetInputs, datasetSpecs } from './batches.js';
import type { ClientWork, WeightOutputs } from './client-work.js';
import type { Finalizer } from './finalizer.js';
import { type RoundProgress, runClients } from './run-clients.js';

/** The state between rounds: a plain value, never changed by `next`. */
export interface LearningState {
  readonly globalModelWeights: ModelWeights;
  readonly distributor: Tree<Tensor>;
  readonly clientWork: Tree<Tensor>;
  readonly aggregator: Tree<Tensor>;
  readonly finalizer: Tree<Tensor>;
  /** Number of finished rounds, an `int32` scalar: with the process' seed it decides all randomness of the next round. */
  readonly round: Tensor;
}

/** A tree of numbers (scalars) and tensors. */
export type Metrics = { readonly [key: string]: number & Tensor & Metrics };

export interface LearningOutput {
  readonly state: LearningState;
  /** By part: `distributor`, `clientWork`, `aggregator`, `finalizer`. */
  readonly metrics: Metrics;
}

export interface NextOptions {
  /** Stops the round between clients; `next` is then rejected with the signal's reason, and the old state stays usable. */
  readonly signal?: AbortSignal | undefined;
  /** Called as clients finish. */
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
}

/** The parts of an algorithm. */
export interface LearningParts {
  readonly clientWork: ClientWork;
  readonly aggregator: Aggregator;
  readonly finalizer: Finalizer;
  /** Decides all randomness, with the round and the client's place in it; 0 by default. */
  readonly seed?: number | undefined;
}

interface Programs {
  readonly clients: ClientComputation;
  readonly server: Computation;
  readonly reductions: readonly Reduction[];
}

type Parts = { readonly clientWork: Tree<Output>; readonly aggregator: Tree<Output>; readonly finalizer: Tree<Output> };
const STATE_KEYS = ['globalModelWeights', 'distributor', 'clientWork', 'aggregator', 'finalizer', 'round'] as const;

export class LearningProcess {
  readonly #clientWork: ClientWork;
  readonly #updateSpecs: readonly TensorSpec[];
  readonly #aggregator: AggregatorParts;
  readonly #finalizer: Finalizer;
  readonly #seed: number;
  readonly #programs = new Map<boolean, Programs>();
  #expected: Tree<TensorSpec> | undefined;
  #disposed = false;

  /** @internal */
  constructor({ clientWork, aggregator, finalizer, seed }: LearningParts) {
    this.#clientWork = clientWork;
    this.#updateSpecs = clientWork.updateSpecs ?? clientWork.model.trainableVariables.map((v) => v.spec);
    this.#aggregator = aggregator.parts([...this.#updateSpecs]);
    this.#finalizer = finalizer;
    this.#seed = checkInteger('seed', seed ?? 0);
  }

  /** The state before the first round: the model's current weights. */
  async initialize(): Promise<LearningState> {
    const { model } = this.#clientWork;
    const parts = await Computation.compile([], (_, graph) => ({
      clientWork: this.#clientWork.initialize(graph),
      aggregator: this.#aggregator.initialize(graph),
      finalizer: this.#finalizer.initialize(graph),
    })).run([]);
    return {
      globalModelWeights: model.getWeights(),
      distributor: [],
      ...(parts as unknown as Record<'clientWork' | 'aggregator' | 'finalizer', Tree<Tensor>>),
      round: tensor(0, [], 'int32'),
    };
  }

  /**
   * One round.
   *
   * @param clients The cohort, at least one: data sets, or functions that load them when their turn comes.
   * @throws ValueError for no clients, data that does not fit the model, or a state of another process; TensorFlowError where a client fails;
   *   DisposedError after `dispose`; the signal's reason when aborted. The state given stays usable.
   */
  async next(state: LearningState, clients: readonly Client[], options: NextOptions = {}): Promise<LearningOutput> {
    if (this.#disposed) throw new DisposedError('the learning process has been disposed');
    checkOptions('options', options, ['signal', 'onProgress']);
    if (options.onProgress !== undefined) checkFunction('onProgress', options.onProgress);
    if (!Array.isArray(clients)) throw mustBe('clients', 'a list of client datasets', clients);
    checkClientCount('clients', clients.length, this.#aggregator);
    await this.#checkState(state);
    const { globalModelWeights, clientWork, aggregator, finalizer, round } = state;
    const { trainable, nonTrainable } = globalModelWeights;
    const shared: Tree<Tensor> = [aggregator, clientWork, nonTrainable, trainable, freshEntropy()];
    const { combined, shuffled } = await runClients({
      clients,
      spec: this.#clientWork.model.inputSpec,
      seed: this.#seed,
      round: Number(round.data[0]),
      shared: flatten(shared),
      program: (shuffle) => this.#program(state, shuffle),
      ...options,
    });
    const { server } = this.#program(state, shuffled);
    const serverSeed = tensor(BigInt64Array.of(BigInt(this.#seed), -1n - BigInt(Number(round.data[0]))));
    const result = await server.run([shared, finalizer, combined, tensor(clients.length, [], 'int32'), serverSeed, round]);
    const [next, weights, nextRound, metrics] = result as unknown as [Record<string, Tree<Tensor>>, Tensor[], Tensor, Tree<Tensor>];
    return {
      state: {
        globalModelWeights: { trainable: weights, nonTrainable },
        distributor: state.distributor,
        round: nextRound,
        clientWork: next.clientWork as Tree<Tensor>,
        aggregator: next.aggregator as Tree<Tensor>,
        finalizer: next.finalizer as Tree<Tensor>,
      },
      metrics: toMetrics({ distributor: {}, ...(metrics as Record<string, Tree<Tensor>>) }),
    };
  }

  getModelWeights(state: LearningState): ModelWeights {
    return state.globalModelWeights;
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
    const set = (names: object, part: unknown, values: Readonly<Record<string, number>> = {}): Tree<Tensor> =>
      withHparams(Object.keys(names), part as Record<string, unknown>, values) as Tree<Tensor>;
    return {
      ...state,
      clientWork: set(this.#clientWork.hparams, state.clientWork, hparams.clientWork),
      finalizer: set(this.#finalizer.hparams, state.finalizer, hparams.finalizer),
    };
  }

  /** Frees the compiled computations, and ends the process. States stay usable with another process of the same parts. */
  dispose(): void {
    for (const { clients, server } of this.#programs.values()) {
      clients.dispose();
      server.dispose();
    }
    this.#programs.clear();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #checkState(state: unknown): Promise<void> {
    if (!isDictionary(state) || STATE_KEYS.some((key) => state[key] === undefined))
      throw mustBe('state', `a state from \`initialize\` with the keys ${STATE_KEYS.join(', ')}`, state);
    this.#expected ??= mapTree((await this.initialize()) as unknown as Tree<Tensor>, specOf);
    checkState(this.#expected, state as Tree<unknown>, 'model or algorithm');
  }

  /** The two computations, compiled on first use; shuffling is another graph. */
  #program(state: LearningState, shuffle: boolean): Programs {
    const known = this.#programs.get(shuffle);
    if (known !== undefined) return known;
    const { clientWork, aggregator, finalizer } = state;
    const { trainable, nonTrainable } = state.globalModelWeights;
    const own: readonly Tree<Tensor>[] = [aggregator, clientWork, nonTrainable, trainable];
    const sharedSpecs: Tree<TensorSpec> = [...own.map((part) => mapTree(part, specOf)), SEED];
    let reductions: Reduction[] = [];
    let combined: Tree<Output> = [];
    const clients = ClientComputation.compile(sharedSpecs, datasetSpecs(this.#clientWork.model.inputSpec), (shared, item) => {
      const [aggregatorState, clientState, fixed, weights, entropy] = shared as [Tree<Output>, Tree<Output>, Output[], Output[], Output];
      const dataset = datasetInputs(item);
      const modelWeights: WeightOutputs = { trainable: weights, nonTrainable: fixed };
      const result = this.#clientWork.client({ state: clientState, weights: modelWeights, dataset, shuffle });
      const random = randomness(dataset.seed, entropy);
      const { sum, stack = [] } = this.#aggregator.client(aggregatorState, [...result.update], result.weight, random);
      reductions = reductionsOf([sum, result.metrics], stack);
      combined = [sum, result.metrics, stack];
      return { combined, returned: [] };
    });
    let i = 0;
    const combinedSpecs = mapTree(combined, (o) => {
      const shape = o.shape ?? [];
      return tensorSpec(reductions[i++] === 'stack' ? [null, ...shape] : shape, o.dtype) as TensorSpec;
    });
    const server = Computation.compile(
      [
        sharedSpecs,
        mapTree(finalizer, specOf),
        combinedSpecs,
        tensorSpec([], 'int32') as TensorSpec,
        SEED,
        tensorSpec([], 'int32') as TensorSpec,
      ],
      (inputs) => {
        const [[aggregatorState, clientState, , weights, entropy], finalizerState, [sum, metrics, stack], count, seed, round] = inputs as [
          [Tree<Output>, Tree<Output>, Output[], Output[], Output],
          Tree<Output>,
          [Tree<Output>, Tree<Output>, Tree<Output>],
          Output,
          Output,
          Output,
        ];
        const aggregated = this.#aggregator.server(aggregatorState, { sum, stack, count, random: randomness(seed, entropy) });
        checkResult(this.#updateSpecs, flatten(aggregated.result));
        const work = this.#clientWork.server(clientState, metrics);
        const final = this.#finalizer.step(finalizerState, weights, flatten(aggregated.result));
        const next: Parts = { clientWork: work.state, aggregator: aggregated.state, finalizer: final.state };
        return [
          next as unknown as Tree<Output>,
          final.weights,
          increment(round),
          { clientWork: work.metrics, aggregator: aggregated.measurements, finalizer: final.measurements },
        ];
      },
    );
    const made = { clients, server, reductions };
    this.#programs.set(shuffle, made);
    return made;
  }
}

/** @throws TypeError for an aggregator whose result is no update any more, such as one that samples clients' values */
function checkResult(specs: readonly TensorSpec[], result: readonly Output[]): void {
  // Sizes that are not known before the round are taken to fit.
  const fits = ({ shape, dtype }: Output, spec: TensorSpec): boolean => {
    const sizes = (shape ?? spec.shape).map((size, i) => size ?? spec.shape[i] ?? 0);
    return spec.accepts(sizes as number[], dtype);
  };
  if (specs.length !== result.length || !specs.every((spec, i) => fits(result[i] as Output, spec)))
    throw typeError(`\`modelAggregator\` must give a result like the updates, ${specs.join(', ')}, received ${result.join(', ')}`);
}

const increment = (round: Output): Output => round.graph.op('AddV2', [round, round.graph.constant(1, 'int32')])[0] as Output;

/** Scalars as numbers; counts beyond 2^53 would lose digits, and no count comes near. */
function toMetrics(tree: Tree<Tensor>): Metrics {
  return mapTree(tree, (t) => (t.shape.length === 0 && t.dtype !== 'string' ? Number(t.data[0]) : t)) as unknown as Metrics;
}
