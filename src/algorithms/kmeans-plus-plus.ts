/**
 * First centroids for k-means: points of the clients, each chosen with a probability in proportion to its squared distance from those chosen
 * before it.
 *
 * Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007, https://dl.acm.org/doi/10.5555/1283383.1283494.
 *
 * The choice is a race: every point draws an exponentially distributed time whose rate is its squared distance, and the smallest wins. A
 * client sends its winner's time and the point itself (so this is not private), and the server takes the winner of the clients: exactly the
 * paper's distribution over all points, in one pass over the clients per centroid.
 */

import { sum } from '../aggregators/sum.js';
import type { Client } from '../data/client-data.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { expandDims, gather, range, sizeOfAxis, zerosLike } from '../graph/ops/array.js';
import { div, equal, finite, less, log1p, maximum, neg, where } from '../graph/ops/math.js';
import { randomUniform } from '../graph/ops/random.js';
import { all, argMin, min } from '../graph/ops/reduce.js';
import type { Variable } from '../graph/variable.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { once, overBatches } from '../templates/batches.js';
import type { ClientWork } from '../templates/client-work.js';
import { ROUNDS_OPTIONS, type RoundsOptions, withoutFailed } from '../templates/cohort.js';
import type { Finalizer } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { checkOptions } from '../validate.js';
import { centroidShape, type FedKmeansOptions, kmeansModel, squaredDistances } from './fed-kmeans.js';

/** The rate of points that are chosen already: the others win, and no time is infinite. */
const LEAST_RATE = 1e-37;

export interface KmeansPlusPlusOptions extends Pick<FedKmeansOptions, 'numClusters' | 'dataShape' | 'seed'>, RoundsOptions {}

/**
 * Chooses `numClusters` points of the clients: `float32[numClusters, ...dataShape]`, for `buildFedKmeans({ initialCentroids })`.
 *
 * Where clients have fewer different points than there are clusters, some are chosen twice. A client that fails, where it may (`minCompletionRate`),
 * is left out of the pass and of those after it.
 *
 * @throws as `buildFedKmeans` and the `next` of its process; ValueError where no client has a point, of finite numbers
 */
export async function kmeansPlusPlus(clients: readonly Client[], options: KmeansPlusPlusOptions): Promise<Tensor> {
  checkOptions('options', options, ['numClusters', 'dataShape', 'seed', ...ROUNDS_OPTIONS]);
  const { numClusters, dataShape, seed, ...rounds } = options;
  const shape = centroidShape({ numClusters, dataShape });
  using process = new LearningProcess({
    clientWork: choosingClientWork(kmeansModel(shape, () => new Float32Array(sizeOf(shape)))),
    aggregator: sum(),
    finalizer: replaceWeights,
    seed,
  });
  let state = await process.initialize();
  let present = clients;
  for (let i = 0; i < numClusters; i++) {
    const output = await process.next(state, present, rounds);
    if (output.metrics.clientWork?.time === Number.POSITIVE_INFINITY)
      throw new ValueError('`clients` must have a point of finite numbers, received none');
    ({ state } = output);
    present = withoutFailed(present, output.failures);
  }
  return process.getModelWeights(state).trainable[0] as Tensor;
}

const replaceWeights: Finalizer = {
  hparams: {},
  initialize: () => [],
  step: (state, _, update) => ({ state, weights: update as Output[], measurements: [] }),
};

/** One round chooses one centroid: that of the round's number. */
function choosingClientWork(model: AnyFederatedModel): ClientWork {
  const { shape } = model.trainableVariables[0] as Variable;
  const clusters = shape[0] as number;
  return {
    model,
    hparams: {},
    updateSpecs: [],
    initialize: () => [],
    client: ({ weights, dataset, round }) => {
      const centroids = weights.trainable[0] as Output;
      const { graph } = dataset.seed;
      const infinity = graph.constant(Number.POSITIVE_INFINITY, 'float32');
      const none = { time: infinity, point: graph.constant(new Float32Array(sizeOf(shape.slice(1))), 'float32', shape.slice(1)) };
      const first = overBatches(once(dataset), { shuffle: false, unroll: 1 }, none, ({ x }, best, seed) => {
        const points = x as Output;
        const isChosen = less(range(round, 0, clusters), round);
        const distance = min(where(isChosen, squaredDistances(points, centroids), infinity), 1);
        // Before the first is chosen all points are alike; one that is no number is never chosen.
        const rate = maximum(where(equal(round, 0), 1, distance), LEAST_RATE);
        const drawn = div(neg(log1p(neg(randomUniform(seed(), [sizeOfAxis(points, 0)])))), rate);
        const isPoint = all(finite(squaredDistances(points, zerosLike(centroids))), 1);
        const time = where(isPoint, drawn, infinity);
        const winner = argMin(time, 0);
        const isEarlier = less(gather(time, winner), best.time);
        return { time: where(isEarlier, gather(time, winner), best.time), point: where(isEarlier, gather(points, winner), best.point) };
      });
      return { update: [], weight: graph.constant(1, 'float32'), collected: { sum: [], stack: first } };
    },
    server: ({ state, collected, weights, round }) => {
      const { time, point } = collected.stack as { readonly time: Output; readonly point: Output };
      const chosen = gather(point, argMin(time, 0));
      const centroids = weights.trainable[0] as Output;
      let isOwn = equal(range(round, 0, clusters), round);
      for (let axis = 1; axis < shape.length; axis++) isOwn = expandDims(isOwn, axis);
      return { state, metrics: { time: min(time) }, update: [where(isOwn, expandDims(chosen, 0), centroids)] };
    },
  };
}
