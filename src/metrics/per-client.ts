/** The distribution of metrics over clients: how well a model does for each of them, rather than for all examples together. */
import { ValueError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import { gather, oneHot } from '../graph/ops/array.js';
import { constantLike } from '../graph/ops/core.js';
import {
  add,
  cast,
  ceil,
  clip,
  div,
  divNoNan,
  equal,
  finite,
  floor,
  logicalAnd,
  maximum,
  mul,
  neg,
  sqrt,
  square,
  sub,
  topK,
  where,
} from '../graph/ops/math.js';
import { sum } from '../graph/ops/reduce.js';
import type { MetricDefinition } from '../models/model-definition.js';
import { isDictionary, type Tree } from '../tree.js';
import { checkInteger, checkNumber, checkOptions, describe, mustBe } from '../validate.js';
import { candidate, checkSampleSize, isTaken, mergeSamples, noSample, type Sample } from './client-sample.js';
import {
  addSums,
  checkMetricsAggregator,
  finalizeMetrics,
  MetricsAggregator,
  type MetricsAggregatorParts,
  noSums,
  reportedBeside,
  type UnfinalizedMetrics,
} from './metrics-aggregator.js';
import { sumThenFinalize } from './sum-then-finalize.js';

/** Bins of equal width; what is outside counts in the first or the last. */
export interface HistogramOptions {
  readonly min: number;
  /** Above `min`. */
  readonly max: number;
  /** At least 1. */
  readonly bins: number;
}

export interface PerClientOptions {
  /** What makes the metrics beside which the distributions stand; `sumThenFinalize()` by default. */
  readonly inner?: MetricsAggregator;
  /** Which quantiles, in [0, 1]: 0 is the least value, 1 the largest; `[0, 0.25, 0.5, 0.75, 1]` by default. Without any, memory is constant. */
  readonly quantiles?: readonly number[];
  /** Quantiles are those of a random sample of at most so many clients, from 1 to 2^20: exact where there are no more; 1000 by default. */
  readonly sampleSize?: number;
  /** Histograms of some metrics, by name; none by default. */
  readonly histograms?: Readonly<Record<string, HistogramOptions>>;
}

/** By the metrics' names. */
type Named<T> = Readonly<Record<string, T>>;

/** What is summed over the clients whose value is finite. */
type Moments = { readonly [key: string]: Output } & { readonly count: Output; readonly total: Output; readonly squares: Output };

interface Summary<T = Tree<Output>> {
  readonly inner: T;
  readonly moments: Named<Moments>;
  /** An empty list where no quantiles are wanted. */
  readonly sample: Sample | readonly Output[];
}

export class PerClient extends MetricsAggregator {
  readonly #inner: MetricsAggregator;
  readonly #quantiles: readonly number[];
  readonly #sampleSize: number;
  readonly #histograms: Named<HistogramOptions>;

  constructor(options: PerClientOptions = {}) {
    super();
    checkOptions('options of perClient', options, ['inner', 'quantiles', 'sampleSize', 'histograms']);
    const { quantiles = [0, 0.25, 0.5, 0.75, 1], histograms = {} } = options;
    this.#inner = checkMetricsAggregator('inner', options.inner ?? sumThenFinalize());
    if (!Array.isArray(quantiles)) throw mustBe('quantiles', 'a list of numbers in [0, 1]', quantiles);
    this.#quantiles = quantiles.map((q: unknown, i) => checkNumber(`quantiles[${i}]`, q, { min: 0, max: 1 }));
    this.#sampleSize = checkSampleSize(options.sampleSize, 1000);
    if (!isDictionary(histograms)) throw mustBe('histograms', "a dictionary by the metrics' names", histograms);
    this.#histograms = histograms as Named<HistogramOptions>;
    for (const [name, given] of Object.entries(this.#histograms)) checkHistogram(`histograms.${name}`, given);
  }

  override parts(metrics: readonly MetricDefinition[]): MetricsAggregatorParts {
    const inner = this.#inner.parts(metrics);
    const size = this.#sampleSize;
    const isSampled = this.#quantiles.length > 0;
    const scalars = (values: UnfinalizedMetrics, graph: Graph): Named<Output> => {
      const all = Object.entries(finalizeMetrics(metrics, values, graph)).filter(([, value]) => value.shape?.length === 0);
      const unknown = Object.keys(this.#histograms).find((name) => !all.some(([other]) => other === name));
      if (unknown !== undefined)
        throw new ValueError(
          `\`histograms\` must be of the metrics ${all.map(([name]) => name).join(', ')}, which are numbers, received ${describe(unknown)}`,
        );
      return Object.fromEntries(all.map(([name, value]) => [name, cast(value, 'float64')]));
    };
    const moments = (values: Named<Output>, isCounted: Output): Named<Moments> =>
      mapValues(values, (value, name) => this.#moments(name, value, logicalAnd(isCounted, finite(value))));
    const none = (graph: Graph): Summary => {
      const like = scalars(noSums(metrics, graph), graph);
      return {
        inner: inner.none(graph),
        moments: moments(like, graph.constant(false, 'bool')),
        sample: isSampled ? noSample(graph, size, like) : [],
      };
    };
    const join = (a: Summary['sample'], b: Summary['sample']): Summary['sample'] =>
      isSampled ? mergeSamples(size, a as Sample, b as Sample) : [];
    return {
      initialize: (graph) => inner.initialize(graph),
      client: (state, client, random) => {
        const values = scalars(client.values, client.isCounted.graph);
        const given = inner.client(state, client, random);
        return {
          sum: { inner: given.sum, moments: moments(values, client.isCounted) },
          stack: { inner: given.stack ?? [], sample: isSampled ? candidate(values, client.isCounted, random) : [] },
        };
      },
      server: (state, combined) => {
        const [summed, stacked] = [combined.sum, combined.stack] as unknown as [Summary, Summary];
        const step = inner.server(state, { ...combined, sum: summed.inner, stack: stacked.inner });
        const sample = isSampled ? join(none(combined.count.graph).sample, stacked.sample) : [];
        const summary: Summary = { inner: step.summary, moments: summed.moments, sample };
        return { ...step, summary: summary as unknown as Tree<Output> };
      },
      none: (graph) => none(graph) as unknown as Tree<Output>,
      merge: (a, b) => {
        const [x, y] = [a, b] as unknown as [Summary, Summary];
        return {
          inner: inner.merge(x.inner, y.inner),
          moments: addSums(x.moments, y.moments),
          sample: join(x.sample, y.sample) as Tree<Output>,
        };
      },
      report: (summary, graph) => {
        const { inner: own, moments: sums, sample } = summary as unknown as Summary;
        const perClient = mapValues(sums, (m, name) => ({
          ...statistics(m),
          ...(isSampled ? { quantiles: this.#quantilesOf(name, sample as Sample) } : {}),
        }));
        return reportedBeside(inner.report(own, graph), { perClient });
      },
    };
  }

  #moments(name: string, value: Output, isCounted: Output): Moments {
    const safe = where(isCounted, value, 0);
    const count = cast(isCounted, 'int64');
    const own = { count, total: safe, squares: square(safe) };
    const histogram = this.#histograms[name];
    if (histogram === undefined) return own;
    const { min, max, bins } = histogram;
    const bin = floor(mul(sub(safe, min), bins / (max - min)));
    return { ...own, histogram: mul(oneHot(cast(clip(bin, 0, bins - 1), 'int64'), bins, 'int64'), count) };
  }

  /** Quantiles with linear interpolation between values, as NumPy's. */
  #quantilesOf(name: string, sample: Sample): Output {
    const values = sample.values[name] as Output;
    const isValue = logicalAnd(isTaken(sample), finite(values));
    const ascending = neg(topK(neg(where(isValue, values, Number.POSITIVE_INFINITY)), this.#sampleSize).values);
    const count = sum(cast(isValue, 'float64'));
    const last = maximum(sub(count, 1), 0);
    const at = (places: Output): Output => gather(ascending, cast(places, 'int32'));
    const places = mul(last, constantLike(last, this.#quantiles, 'float64'));
    const low = at(floor(places));
    const between = add(low, mul(sub(at(ceil(places)), low), sub(places, floor(places))));
    return where(equal(count, 0), Number.NaN, between);
  }
}

function checkHistogram(name: string, given: HistogramOptions): void {
  checkOptions(name, given, ['min', 'max', 'bins']);
  const min = checkNumber(`${name}.min`, given.min);
  if (checkNumber(`${name}.max`, given.max) <= min)
    throw new ValueError(`\`${name}.max\` must be above \`min\`, received ${given.max} and ${min}`);
  checkInteger(`${name}.bins`, given.bins, { min: 1, max: 2 ** 20 });
}

const mapValues = <T, R>(named: Named<T>, fn: (value: T, name: string) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, fn(value, name)]));

/** Mean and deviation in `float64`: the variance is a small difference of large numbers. */
function statistics({ count, total, squares, histogram }: Moments): Named<Output> {
  const n = cast(count, 'float64');
  const mean = div(total, n);
  const variance = divNoNan(maximum(sub(squares, mul(divNoNan(total, n), total)), 0), maximum(sub(n, 1), 0));
  return { numClients: count, mean, standardDeviation: sqrt(variance), ...(histogram === undefined ? {} : { histogram }) };
}

/**
 * Reports how each metric is distributed over clients, beside the metrics of all examples, in `perClient`: for a metric `accuracy`
 * `perClient.accuracy` has `numClients`, `mean` (every client counts the same), `standardDeviation` (without bias; 0 for one client),
 * `quantiles: float64[quantiles]` (interpolated linearly, as NumPy's) and, where asked for, `histogram: int64[bins]`.
 *
 * Clients whose value is not finite are left out, and `numClients` says how many were not. Metrics that are no single number have no entry.
 *
 * Means, deviations and histograms are sums, and cost the server the same for any number of clients. For quantiles it keeps the metrics of
 * all clients while a round lasts, 8 bytes each, and after it those of `sampleSize` clients. It is told of single clients' metrics.
 *
 * @throws TypeError, ValueError for options of the wrong kind or out of range, and, when an algorithm is used, for histograms of what is no metric
 */
export const perClient = (options?: PerClientOptions): PerClient => new PerClient(options);
