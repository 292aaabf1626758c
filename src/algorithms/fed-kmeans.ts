/**
 * Federated k-means: TFF's `build_fed_kmeans`, which is mini-batch k-means (Sculley, "Web-scale k-means clustering", WWW 2010,
 * https://doi.org/10.1145/1772690.1772862) with a round's clients for a batch.
 *
 * Each client assigns its points to their nearest centroids and sends sums and counts; a centroid becomes the mean of all points that were
 * ever assigned to it, of which its first value counts as one.
 */
import { type Aggregator, checkUnweighted } from '../aggregators/aggregator.js';
import { sum } from '../aggregators/sum.js';
import { ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { expandDims, onesLike, reshape, zerosLike } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { add, cast, div, greater, mul, squaredDifference, where } from '../graph/ops/math.js';
import { argMin, mean, min, sum as reduceSum } from '../graph/ops/reduce.js';
import { Variable } from '../graph/variable.js';
import { type AnyFederatedModel, FederatedModel } from '../models/federated-model.js';
import { Random } from '../random.js';
import { overBatches } from '../templates/batches.js';
import type { ClientWork } from '../templates/client-work.js';
import type { Finalizer } from '../templates/finalizer.js';
import { Guard, NON_FINITE } from '../templates/guard.js';
import { LearningProcess } from '../templates/learning-process.js';
import { sizeOf, Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkInteger, checkOptions, mustBe } from '../validate.js';

export interface FedKmeansOptions {
  /** Number of clusters, at least 1. */
  readonly numClusters: number;
  /** The shape of a point, such as `[2]`. Clients have `x`, points of `float32` in the rows, and `y: []`. */
  readonly dataShape: readonly number[];
  /** The first centroids, `float32[numClusters, ...dataShape]`, such as those of `kmeansPlusPlus`; uniform in `[0, 1)` by default. */
  readonly initialCentroids?: Tensor;
  /** How sums and counts are added up over the clients; `sum()` by default. */
  readonly sumAggregator?: Aggregator;
  /** Decides the first centroids; 0 by default. */
  readonly seed?: number;
}

/**
 * Federated k-means. The centroids are `getModelWeights(state).trainable[0]`; metrics are `num_examples` and `mean_squared_distance`, of points to
 * the centroids that they were assigned to.
 *
 * @throws TypeError, ValueError for options of the wrong kind or out of range
 */
export function buildFedKmeans(options: FedKmeansOptions): LearningProcess {
  checkOptions('options', options, ['numClusters', 'dataShape', 'initialCentroids', 'sumAggregator', 'seed']);
  const seed = checkInteger('seed', options.seed ?? 0);
  const { initialCentroids } = options;
  const shape = centroidShape(options);
  const expected = tensorSpec(shape);
  if (initialCentroids !== undefined && !(initialCentroids instanceof Tensor))
    throw mustBe('initialCentroids', `a tensor ${expected}`, initialCentroids);
  if (initialCentroids !== undefined && !expected.accepts(initialCentroids.shape, initialCentroids.dtype))
    throw new ValueError(`\`initialCentroids\` must be ${expected}, received ${initialCentroids}`);
  const random = new Random(seed);
  const initial = (): Float32Array =>
    (initialCentroids?.data as Float32Array | undefined) ?? Float32Array.from({ length: sizeOf(shape) }, () => random.uniform());
  return new LearningProcess({
    clientWork: kmeansClientWork(kmeansModel(shape, initial)),
    aggregator: checkUnweighted('sumAggregator', options.sumAggregator ?? sum()),
    finalizer: movingMeans(shape[0] as number),
    seed,
  });
}

/** `[numClusters, ...dataShape]`. @throws TypeError, ValueError for options that are no sizes */
export function centroidShape({ numClusters, dataShape }: Pick<FedKmeansOptions, 'numClusters' | 'dataShape'>): number[] {
  checkInteger('numClusters', numClusters, { min: 1, max: 2 ** 31 - 1 });
  if (!Array.isArray(dataShape)) throw mustBe('dataShape', 'a list of sizes', dataShape);
  return [numClusters, ...dataShape.map((size: unknown, i) => checkInteger(`dataShape[${i}]`, size, { min: 1 }))];
}

/** Centroids as a model: it predicts the number of the nearest one, and its loss is the mean squared distance to it. */
export function kmeansModel(shape: readonly number[], initial: () => Float32Array): AnyFederatedModel {
  const centroids = new Variable({ name: 'centroids', shape, initial });
  const x = tensorSpec([null, ...shape.slice(1)]) as TensorSpec;
  return new FederatedModel({
    inputSpec: { x, y: [] },
    trainableVariables: [centroids],
    nonTrainableVariables: [],
    metrics: [],
    predict: (ctx, points) => argMin(squaredDistances(points as Output, ctx.read(centroids)), 1),
    forward: (ctx, points) => {
      const distances = squaredDistances(points as Output, ctx.read(centroids));
      return { loss: mean(min(distances, 1)), predictions: argMin(distances, 1) };
    },
  });
}

/** Squared Euclidean distances of points `[n, ...]` from centroids `[k, ...]`: `[n, k]`. */
export function squaredDistances(points: Output, centroids: Output): Output {
  const [k, ...rest] = centroids.shape as number[];
  const size = sizeOf(rest);
  const differences = squaredDifference(expandDims(reshape(points, [-1, size]), 1), reshape(centroids, [1, k as number, size]));
  return reduceSum(differences, 2);
}

/** What is added up over a client's points. */
type Totals = { readonly sums: Output; readonly counts: Output; readonly distance: Output };

function kmeansClientWork(model: AnyFederatedModel): ClientWork {
  const { spec, shape } = model.trainableVariables[0] as Variable;
  const clusters = shape[0] as number;
  return {
    model,
    hparams: {},
    updateSpecs: [spec, tensorSpec([clusters], 'int64') as TensorSpec],
    initialize: () => [],
    client: ({ weights, dataset, shuffle }) => {
      const centroids = weights.trainable[0] as Output;
      const { graph } = dataset.seed;
      const none: Totals = {
        sums: zerosLike(centroids),
        counts: graph.constant(new BigInt64Array(clusters), 'int64'),
        distance: graph.constant(0, 'float32'),
      };
      const totals = overBatches(dataset, { shuffle, unroll: 1 }, none, ({ x }, { sums, counts, distance }) => {
        const points = x as Output;
        const distances = squaredDistances(points, centroids);
        const nearest = argMin(distances, 1);
        const perCluster = (values: Output): Output =>
          op('UnsortedSegmentSum', [values, nearest, values.graph.constant(clusters, 'int32')]);
        return {
          sums: add(sums, perCluster(points)),
          counts: add(counts, perCluster(onesLike(nearest))),
          distance: add(distance, reduceSum(min(distances, 1))),
        };
      });
      const guard = new Guard([totals.sums]);
      const counts = guard.unless(totals.counts);
      return {
        update: [...guard.values([totals.sums]), counts],
        weight: graph.constant(1, 'float32'),
        collected: guard.collected({
          examples: { sum: reduceSum(counts) },
          distance: { sum: guard.unless(totals.distance) },
        }),
      };
    },
    server: ({ state, collected }) => {
      const { examples, distance, [NON_FINITE]: nonFinite } = collected.sum as Record<string, Tree<Output>> as Record<string, Output>;
      return {
        state,
        metrics: {
          num_examples: examples as Output,
          mean_squared_distance: div(distance as Output, cast(examples as Output, 'float32')),
          [NON_FINITE]: nonFinite as Output,
        },
      };
    },
  };
}

/** `c ← (n c + sum) / (n + count)`, `n ← n + count`, with `n = 1` before the first round; a centroid without new points stays as it is. */
const movingMeans = (clusters: number): Finalizer => ({
  hparams: {},
  initialize: (graph) => graph.constant(new BigInt64Array(clusters).fill(1n), 'int64'),
  step: (state, [centroids], [sums, counts]) => {
    const [c, s, n] = [centroids as Output, sums as Output, counts as Output];
    const weight = add(state as Output, n);
    const column = (values: Output): Output => reshape(values, [clusters, ...(c.shape as number[]).slice(1).map(() => 1)]);
    const moved = div(add(mul(c, column(cast(state as Output, 'float32'))), s), column(cast(weight, 'float32')));
    return { state: weight, weights: [where(greater(column(n), 0), moved, c)], measurements: [] };
  },
});
