/** Metrics of single clients: each finalizes its own, and a random sample of them is reported (`finalize_then_sample`). */
import type { Graph, Output } from '../graph/graph.js';
import { gather, range } from '../graph/ops/array.js';
import type { MetricDefinition } from '../models/model-definition.js';
import { mapTree, type Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { candidate, checkSampleSize, mergeSamples, noSample, type Sample, sizeOfSample } from './client-sample.js';
import { finalizeMetrics, MetricsAggregator, type MetricsAggregatorParts, noSums } from './metrics-aggregator.js';

export interface FinalizeThenSampleOptions {
  /** The largest number of clients in the sample, from 1 to 2^20; 100 by default. With fewer clients, all are. */
  readonly sampleSize?: number;
}

export class FinalizeThenSample extends MetricsAggregator {
  readonly #sampleSize: number;

  constructor(options: FinalizeThenSampleOptions = {}) {
    super();
    checkOptions('options of finalizeThenSample', options, ['sampleSize']);
    this.#sampleSize = checkSampleSize(options.sampleSize, 100);
  }

  override parts(metrics: readonly MetricDefinition[]): MetricsAggregatorParts {
    const size = this.#sampleSize;
    const none = (graph: Graph): Sample => noSample(graph, size, finalizeMetrics(metrics, noSums(metrics, graph), graph));
    return {
      initialize: () => [],
      client: (_state, { values, isCounted }, random) => ({
        sum: [],
        stack: candidate(finalizeMetrics(metrics, values, isCounted.graph), isCounted, random),
      }),
      server: (state, { stack, count }) => ({
        state,
        summary: mergeSamples(size, none(count.graph), stack as Sample),
        measurements: {},
      }),
      none,
      merge: (a, b) => mergeSamples(size, a as Sample, b as Sample),
      report: (summary) => {
        const sample = summary as Sample;
        const taken = range(sample.keys, 0, sizeOfSample(sample));
        return mapTree(sample.values as Tree<Output>, (x) => gather(x, taken)) as Record<string, Tree<Output>>;
      },
    };
  }
}

/**
 * Each metric is a tensor with the values of some clients along its first axis, in a random order that is the same for all metrics:
 * `accuracy: float32[clients]`. Each client is as likely to be among them as the others; for totals, each client of each round.
 *
 * It tells the server single clients' metrics. While a round lasts, it keeps those of all of them: its memory grows with the number of clients,
 * by a few numbers each.
 *
 * @throws TypeError, ValueError for a size that is no positive whole number
 */
export const finalizeThenSample = (options?: FinalizeThenSampleOptions): FinalizeThenSample => new FinalizeThenSample(options);
