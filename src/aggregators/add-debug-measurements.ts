/** Norms of the clients' values and of the result (`tff.learning.add_debug_measurements`). */
import type { Output } from '../graph/graph.js';
import { cast, divNoNan, maximum, minimum, mul, sqrt, square, sub } from '../graph/ops/math.js';
import { max, min } from '../graph/ops/reduce.js';
import { flatten } from '../tree.js';
import { type AddMeasurements, addMeasurements, type ClientMeasurement } from './add-measurements.js';
import { type Aggregator, checkAggregator } from './aggregator.js';
import { globalNorm } from './norms.js';

/** Sums for a weighted mean and variance, in `float64`: the variance is a small difference of large numbers. */
interface Moments {
  readonly [key: string]: Output;
  readonly weight: Output;
  readonly squaredWeight: Output;
  readonly norm: Output;
  readonly squaredNorm: Output;
}

const clientNorms: ClientMeasurement = {
  client: (value, weight): Moments => {
    const [norm, w] = [cast(globalNorm(value, 2), 'float64'), cast(weight, 'float64')];
    return { weight: w, squaredWeight: square(w), norm: mul(w, norm), squaredNorm: mul(w, square(norm)) };
  },
  server: (sums) => {
    const { weight, squaredWeight, norm, squaredNorm } = sums as Moments;
    const average = divNoNan(norm, weight);
    const deviations = maximum(sub(squaredNorm, mul(average, norm)), 0);
    // Without bias for weights that say how much a value counts; with one client there is no deviation.
    const variance = divNoNan(deviations, sub(weight, divNoNan(squaredWeight, weight)));
    return { averageClientNorm: cast(average, 'float32'), stdDevClientNorm: cast(sqrt(variance), 'float32') };
  },
};

/**
 * Adds the measurements `averageClientNorm` and `stdDevClientNorm` (weighted, without bias), `serverUpdateMax`, `serverUpdateNorm` and
 * `serverUpdateMin`; norms are Euclidean, over all leaves together.
 *
 * @throws TypeError
 */
export function addDebugMeasurements(inner: Aggregator): AddMeasurements {
  return addMeasurements({
    inner: checkAggregator('inner', inner),
    clientMeasurement: clientNorms,
    serverMeasurement: (result) => {
      const leaves = flatten(result).map((x) => cast(x, 'float32'));
      return {
        serverUpdateMax: leaves.map((x) => max(x)).reduce((a, b) => maximum(a, b)),
        serverUpdateNorm: globalNorm(result, 2),
        serverUpdateMin: leaves.map((x) => min(x)).reduce((a, b) => minimum(a, b)),
      };
    },
  });
}
