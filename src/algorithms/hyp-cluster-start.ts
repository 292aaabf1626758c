/**
 * First weights for HypCluster: models of single clients, each chosen with a probability in proportion to the least loss that those chosen
 * before it have on its data. It is k-means++ (Arthur and Vassilvitskii, SODA 2007, https://dl.acm.org/doi/10.5555/1283383.1283494) with
 * losses for squared distances.
 *
 * FedJAX's `kmeans_init` takes the client with the largest least loss instead, which an outlier always wins. Only clients that are chosen are
 * trained. The server learns every client's losses, and the weights that chosen ones send.
 */
import { sum } from '../aggregators/sum.js';
import type { Client } from '../data/client-data.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import type { ModelWeights } from '../models/model-weights.js';
import { Random } from '../random.js';
import type { ClientWork } from '../templates/client-work.js';
import { ROUNDS_OPTIONS, type RoundsOptions, withoutFailed } from '../templates/cohort.js';
import { keepWeights } from '../templates/finalizer.js';
import { meanLoss } from '../templates/inference.js';
import { LearningProcess } from '../templates/learning-process.js';
import type { Tensor } from '../tensor.js';
import { checkInteger, checkOptions, mustBe } from '../validate.js';
import { buildUnweightedFedAvg } from './fed-avg.js';
import type { HypClusterOptions } from './hyp-cluster.js';

export interface HypClusterStartOptions extends Pick<HypClusterOptions, 'clientOptimizer' | 'seed'>, RoundsOptions {
  /** Number of clusters, at least 2. */
  readonly numClusters: number;
}

/**
 * Chooses `numClusters` weights for `buildHypCluster({ initialWeights })`: each is the model after one chosen client has trained it, as long
 * as its data set says.
 *
 * Where no loss is a finite number above 0, every client is as likely to be chosen. A client whose loss fails, where it may
 * (`minCompletionRate`), is left out from then on; one that is chosen must train.
 *
 * @throws as `buildHypCluster` and the `next` of its process
 */
export async function hypClusterStart(
  model: AnyFederatedModel,
  clients: readonly Client[],
  options: HypClusterStartOptions,
): Promise<ModelWeights[]> {
  checkOptions('options', options, ['numClusters', 'clientOptimizer', 'seed', ...ROUNDS_OPTIONS]);
  const { numClusters, clientOptimizer, seed = 0, ...rounds } = options;
  const { signal, clientTimeout } = rounds;
  checkInteger('numClusters', numClusters, { min: 2 });
  if (!Array.isArray(clients)) throw mustBe('clients', 'a list of client datasets', clients);
  if (clients.length === 0) throw new ValueError('`clients` must be at least one, received none');
  using training = buildUnweightedFedAvg(model, { clientOptimizer, seed });
  using losses = new LearningProcess({ clientWork: lossClientWork(checkModel(model)), aggregator: sum(), finalizer: keepWeights, seed });
  const [untrained, evaluated] = [await training.initialize(), await losses.initialize()];
  const random = new Random(seed);
  let candidates = clients.map((client: Client) => ({ client, least: Number.POSITIVE_INFINITY }));
  const chosen: ModelWeights[] = [];
  for (;;) {
    const chances = candidates.map(({ least }) => least);
    const { client } = candidates[draw(random, chances)] as { readonly client: Client };
    const { state } = await training.next(untrained, [client], { signal, clientTimeout });
    const weights = training.getModelWeights(state);
    chosen.push(weights);
    if (chosen.length === numClusters) return chosen;
    const present = candidates.map((candidate) => candidate.client);
    const { metrics, failures } = await losses.next(losses.setModelWeights(evaluated, weights), present, rounds);
    const own = (metrics as unknown as { readonly clientWork: { readonly losses: Tensor } }).clientWork.losses.data as Float32Array;
    candidates = withoutFailed(candidates, failures).map(({ client, least }, i) => ({ client, least: Math.min(least, own[i] as number) }));
  }
}

/** Each client's loss, one after another. */
const lossClientWork = (model: AnyFederatedModel): ClientWork => ({
  model,
  hparams: {},
  updateSpecs: [],
  initialize: () => [],
  client: ({ weights, dataset }) => ({
    update: [],
    weight: dataset.seed.graph.constant(1, 'float32'),
    collected: { sum: [], stack: { losses: meanLoss(model, weights, dataset) } },
  }),
  server: ({ state, collected }) => ({ state, metrics: collected.stack as Record<string, Output> }),
});

/** A position, each as likely as its value is large: the same race as that of `kmeansPlusPlus`. */
function draw(random: Random, values: readonly number[]): number {
  const isRate = (value: number): boolean => value > 0 && value < Number.POSITIVE_INFINITY;
  const times = values.map((value) => (isRate(value) ? -Math.log1p(-random.uniform()) / value : Number.POSITIVE_INFINITY));
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return first === Number.POSITIVE_INFINITY ? random.integer(values.length) : times.indexOf(first);
}
