/** Metrics in a client's loop over its batches. */
import type { Context } from '../graph/context.js';
import type { Graph, Output } from '../graph/graph.js';
import { cast } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import type { UnfinalizedMetrics } from '../metrics/metrics-aggregator.js';
import type { MetricDefinition } from '../models/model-definition.js';
import { bindings } from './client-work.js';

/** The metrics' variables in a loop over batches: those that only count are left out, and filled in after it. */
export class LoopMetrics {
  readonly #metrics: readonly MetricDefinition[];
  readonly #summed: readonly Variable[];

  constructor(metrics: readonly MetricDefinition[]) {
    this.#metrics = metrics;
    this.#summed = metrics.flatMap((m) => m.variables.filter((v) => !m.counts.has(v)));
  }

  /** The loop's variables before the first batch. */
  initial(graph: Graph): Output[] {
    return this.#summed.map((v) => graph.constant(v.initialValue(), v.dtype));
  }

  /** All metrics' variables for a step's context; what counts is not used there. */
  bind(graph: Graph, values: readonly Output[]): [Variable, Output][] {
    const counting = this.#metrics.flatMap((m) => [...m.counts.keys()]);
    return [...bindings(this.#summed, values), ...counting.map((v): [Variable, Output] => [v, graph.constant(v.initialValue(), v.dtype)])];
  }

  /** The loop's variables after a step. */
  read(ctx: Context): Output[] {
    return this.#summed.map((v) => ctx.read(v));
  }

  /** All metrics' variables after the loop. */
  complete(values: readonly Output[], counts: { readonly examples: Output; readonly batches: Output }): UnfinalizedMetrics {
    const known = new Map(bindings(this.#summed, values));
    return this.#metrics.map((m) =>
      m.variables.map((v) => known.get(v) ?? cast(counts[m.counts.get(v) as 'examples' | 'batches'], v.dtype)),
    );
  }
}
