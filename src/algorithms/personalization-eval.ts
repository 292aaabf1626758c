/**
 * Evaluation of personalisation: each client trains the model on some of its data in several ways, and evaluates what comes of it on other
 * data. TFF's `build_personalization_eval_computation`, which Wang et al., "Federated evaluation of on-device personalization", 2019,
 * https://arxiv.org/abs/1910.10252, is about.
 *
 * TFF evaluates all clients and then takes a sample of their metrics; here only the clients of the sample are loaded and run. A strategy is
 * described by an optimizer and how long it trains, where TFF has a function.
 */

import { reductionsOf } from '../aggregators/aggregation-process.js';
import { ClientDataset } from '../data/client-dataset.js';
import { DisposedError, ValueError } from '../errors.js';
import { ClientComputation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { mul } from '../graph/ops/math.js';
import { specsOf } from '../graph/variable.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import { finalizeMetrics } from '../metrics/metrics-aggregator.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { checkWeights, type ModelWeights } from '../models/model-weights.js';
import type { Reduction } from '../native/binding.js';
import { Random } from '../random.js';
import {
  batchesOf,
  type DatasetInputs,
  datasetInputs,
  datasetSpecs,
  datasetTensors,
  inBatches,
  rowsOf,
  SCHEDULE,
} from '../templates/batches.js';
import type { WeightOutputs } from '../templates/client-work.js';
import { type ClientFailure, Cohort, checkNextOptions, type NextOptions } from '../templates/cohort.js';
import { evaluate } from '../templates/inference.js';
import { LocalTraining, type TrainingOptions } from '../templates/local-training.js';
import { checkData, clientSeed, dataSpecs, runClients } from '../templates/run-clients.js';
import type { Tensor } from '../tensor.js';
import { isDictionary, type Tree } from '../tree.js';
import { checkInteger, checkOptions, mustBe } from '../validate.js';

/** A way to train the model on a client's data. */
export interface PersonalizationStrategy extends Pick<TrainingOptions, 'localSteps' | 'maxGradientNorm'> {
  readonly optimizer: Optimizer;
  /** Examples per step, at least 1; the training data's own by default. */
  readonly batchSize?: number;
  /** Passes over the training data, at least 1; the data's own by default. */
  readonly epochs?: number;
}

export interface PersonalizationEvalOptions {
  /** Strategies by names of one's own, which the metrics have; `baselineMetrics` is taken. */
  readonly strategies: Readonly<Record<string, PersonalizationStrategy>>;
  /** The largest number of clients that are evaluated, at least 1: a random sample of those given. 100 by default, as in TFF. */
  readonly maxNumClients?: number;
  /** Decides all randomness; 0 by default. The same for every run. */
  readonly seed?: number;
}

/** A client's data, or a function that loads it when its turn comes. */
export type PersonalizationClient = PersonalizationData | (() => PersonalizationData | Promise<PersonalizationData>);
export interface PersonalizationData {
  readonly trainData: ClientDataset;
  readonly testData: ClientDataset;
}

export interface PersonalizationOutput {
  /** Places of the clients that were evaluated, ascending. */
  readonly clients: readonly number[];
  /**
   * The model's metrics on each client's test data, one value per client along the first axis: under `baselineMetrics` those before the
   * training, and under each strategy's name those after it.
   */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, Tensor>>>>;
  /** Clients of the sample that were left out, and what each failed with: none unless `minCompletionRate` lets it be. */
  readonly failures: readonly ClientFailure[];
}

const BASELINE = 'baselineMetrics';

/**
 * Builds the evaluation of a model's personalisation, one run of a compiled computation per client: `run(weights, clients)`.
 *
 * @throws TypeError for a part of the wrong kind; ValueError for options out of range, or a strategy with the name `baselineMetrics`
 */
export function buildPersonalizationEval(model: AnyFederatedModel, options: PersonalizationEvalOptions): PersonalizationEval {
  return new PersonalizationEval(model, options);
}

export class PersonalizationEval {
  readonly #model: AnyFederatedModel;
  readonly #strategies: readonly (readonly [name: string, train: Strategy])[];
  readonly #maxNumClients: number;
  readonly #seed: number;
  readonly #programs = new Map<boolean, Program>();
  #disposed = false;

  /** @internal */
  constructor(model: AnyFederatedModel, options: PersonalizationEvalOptions) {
    checkOptions('options', options, ['strategies', 'maxNumClients', 'seed']);
    const { strategies, maxNumClients = 100, seed = 0 } = options;
    this.#model = checkModel(model);
    if (!isDictionary(strategies)) throw mustBe('strategies', 'a dictionary of strategies', strategies);
    if (Object.hasOwn(strategies, BASELINE))
      throw new ValueError(`\`strategies\` must not have the name \`${BASELINE}\`, which the metrics before the training have`);
    this.#strategies = Object.entries(strategies).map(([name, given]) => [name, strategy(this.#model, `strategies.${name}`, given)]);
    this.#maxNumClients = checkInteger('maxNumClients', maxNumClients, { min: 1 });
    this.#seed = checkInteger('seed', seed);
  }

  /**
   * Evaluates the model with the given weights, such as `process.getModelWeights(state)`.
   *
   * @throws TypeError, ValueError for weights or data that do not fit the model, or no clients; whatever a client fails with, a TensorFlowError
   *   in its training, or TooFewClientsError where `minCompletionRate` lets some fail and more do; DisposedError after `dispose`; the
   *   signal's reason when aborted
   */
  async run(weights: ModelWeights, clients: readonly PersonalizationClient[], options: NextOptions = {}): Promise<PersonalizationOutput> {
    if (this.#disposed) throw new DisposedError('the evaluation has been disposed');
    const { minCompletionRate, signal, onProgress, clientTimeout } = checkNextOptions(options);
    const { trainableVariables, nonTrainableVariables, inputSpec } = this.#model;
    const { trainable, nonTrainable } = checkWeights('weights', trainableVariables, nonTrainableVariables, weights);
    if (!Array.isArray(clients)) throw mustBe('clients', 'a list of objects { trainData, testData }', clients);
    if (clients.length === 0) throw new ValueError('`clients` must be at least one, received none');
    const sampled = new Random(this.#seed).sample(clients.length, Math.min(clients.length, this.#maxNumClients)).sort((a, b) => a - b);
    const specs = dataSpecs(inputSpec);
    const testData: ClientDataset[] = [];
    const load = async (index: number, place: number): Promise<ClientDataset> => {
      const client: PersonalizationClient = clients[index];
      const data: unknown = typeof client === 'function' ? await client() : client;
      for (const key of ['trainData', 'testData'] as const) {
        const dataset = isDictionary(data) ? data[key] : undefined;
        if (!(dataset instanceof ClientDataset))
          throw mustBe(
            `clients[${index}]`,
            'an object { trainData, testData } of two clientDatasets, or a function that returns one',
            data,
          );
        checkData(`clients[${index}].${key}`, specs, dataset);
      }
      const own = data as PersonalizationData;
      testData[place] = own.testData;
      return own.trainData;
    };
    const cohort = new Cohort(
      sampled.map((index, place) => () => load(index, place)),
      { minCompletionRate, parts: [], positions: sampled },
    );
    const { combined } = await runClients({
      cohort,
      spec: inputSpec,
      seed: this.#seed,
      round: 0,
      shared: [...trainable, ...nonTrainable],
      program: (shuffle) => this.#program(shuffle),
      own: (_, place, position) => {
        const dataset = testData[place] as ClientDataset;
        return datasetTensors(dataset, clientSeed(this.#seed, 0, position, dataset.seed));
      },
      signal,
      onProgress,
      clientTimeout,
    });
    return {
      clients: cohort.places.map((place) => cohort.position(place)),
      metrics: combined as unknown as PersonalizationOutput['metrics'],
      failures: cohort.failures,
    };
  }

  /** Frees the compiled computations; the evaluation cannot be used afterwards. */
  dispose(): void {
    for (const { clients } of this.#programs.values()) clients.dispose();
    this.#programs.clear();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The computation of a client, compiled on first use; shuffling of the training data is another graph. */
  #program(shuffle: boolean): Program {
    const known = this.#programs.get(shuffle);
    if (known !== undefined) return known;
    const { trainableVariables, nonTrainableVariables, inputSpec, definition } = this.#model;
    const specs = [specsOf(trainableVariables), specsOf(nonTrainableVariables)];
    const data = datasetSpecs(inputSpec);
    let reductions: Reduction[] = [];
    const clients = ClientComputation.compile(
      specs,
      [data, data],
      (shared, item, graph) => {
        const [trainable, nonTrainable] = shared as [Output[], Output[]];
        const [train, test] = (item as [Tree<Output>, Tree<Output>]).map(datasetInputs) as [DatasetInputs, DatasetInputs];
        const metricsOf = (weights: WeightOutputs): Tree<Output> =>
          finalizeMetrics(definition.metrics, evaluate(this.#model, { weights, dataset: test, shuffle: false }), graph);
        const initial = { trainable, nonTrainable };
        const after = this.#strategies.map(([name, run]) => [name, metricsOf(run(initial, train, shuffle))] as const);
        const combined = { [BASELINE]: metricsOf(initial), ...Object.fromEntries(after) };
        reductions = reductionsOf([], combined);
        return { combined, returned: [] };
      },
      [SCHEDULE],
    );
    const made = { clients, reductions };
    this.#programs.set(shuffle, made);
    return made;
  }
}

interface Program {
  readonly clients: ClientComputation;
  /** All metrics are stacked. */
  readonly reductions: readonly Reduction[];
}

/** Trains weights on a client's data. */
type Strategy = (weights: WeightOutputs, dataset: DatasetInputs, shuffle: boolean) => WeightOutputs;

function strategy(model: AnyFederatedModel, name: string, options: PersonalizationStrategy): Strategy {
  checkOptions(name, options, ['optimizer', 'batchSize', 'epochs', 'localSteps', 'maxGradientNorm']);
  const { optimizer, batchSize, epochs, ...trainingOptions } = options;
  if (batchSize !== undefined) checkInteger(`${name}.batchSize`, batchSize, { min: 1, max: 2 ** 31 - 1 });
  if (epochs !== undefined) checkInteger(`${name}.epochs`, epochs, { min: 1, max: 2 ** 20 });
  const training = new LocalTraining(model, checkOptimizer(`${name}.optimizer`, optimizer), trainingOptions, true);
  return (weights, given, shuffle) => {
    const { graph } = given.seed;
    const size = batchSize === undefined ? undefined : graph.constant(batchSize, 'int32');
    const steps = size === undefined ? given.schedule.stepsPerEpoch : batchesOf(rowsOf(given), size);
    const dataset = inBatches(given, mul(steps, epochs ?? given.schedule.epochs), size);
    return training.run({ dataset, shuffle, weights, hparams: training.initialHparams(graph) }).weights;
  };
}
