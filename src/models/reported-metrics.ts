/** What a model reports: the user's metrics, the losses, and the counters that the user has not replaced, in TFF's order. */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { sizeOfAxis, sizeOutput } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { cast, div, mul } from '../graph/ops/math.js';
import { sumOfLosses } from '../graph/ops/own-cross-entropy.js';
import type { Variable } from '../graph/variable.js';
import { MeanMetric } from '../keras/metrics/mean.js';
import { type Metric, metricFields } from '../keras/metrics/metric.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree } from '../tree.js';
import { NumBatchesCounter, NumExamplesCounter } from './counters.js';
import type { MetricTerm } from './metric-terms.js';
import type { MetricDefinition } from './model-definition.js';

/** Rows of a tensor as `float32`; from the number of values where that is cheaper than to ask for a shape. */
const rows = (first: Output): Output => {
  const [batch, ...rest] = first.shape ?? [];
  if (first.rank === 0) return first.graph.constant(1, 'float32');
  if (typeof batch === 'number') return first.graph.constant(batch, 'float32');
  if (rest.some((s) => s === null)) return cast(sizeOutput(first, sizeOfAxis(first, 0)), 'float32');
  const row = (rest as number[]).reduce((a, b) => a * b, 1);
  return row === 0 ? cast(sizeOutput(first, sizeOfAxis(first, 0)), 'float32') : div(cast(op('Size', [first]), 'float32'), row);
};

/**
 * The mean loss over examples, without regularisers: TFF adds each batch's loss times the rows of its first prediction.
 *
 * It gets the batch's loss as `yTrue`, computed once for the whole pass, and the first prediction as `yPred`.
 */
class LossMetric extends MeanMetric<typeof metricFields> {
  static readonly className = 'Mean';
  static readonly fields = metricFields;

  override get counts(): ReadonlyMap<Variable, 'examples' | 'batches'> {
    return new Map([[this.variables[1] as Variable, 'examples']]);
  }

  override update(ctx: Context, loss: Tree<Output>, prediction: Tree<Output>, examples?: Output): void {
    const [total, count] = this.variables as [Variable, Variable];
    const sum = sumOfLosses(loss as Output, prediction as Output) ?? mul(cast(loss as Output, 'float32'), examples as Output);
    this.assignAdd(ctx, total, sum);
    this.assignAdd(ctx, count, examples as Output);
  }
}

const lossMetric = (name: string): LossMetric => new LossMetric({ name });

/** What a forward pass has for the metrics. */
export interface Reported {
  readonly y: Tree<Output>;
  readonly predictions: Tree<Output>;
  readonly sampleWeight: Tree<Output>;
  /** The loss without regularisers. */
  readonly loss: Output;
  /** Its summands. */
  readonly parts: readonly Output[];
}

/** The metrics of one model. */
export class ReportedMetrics {
  readonly #given: readonly MetricTerm[];
  readonly #total = lossMetric('loss');
  readonly #parts: readonly (LossMetric | null)[];
  readonly #counters: readonly Metric[];

  /** @param partNames Under which names the loss's summands are reported; `null` for those that are not. */
  constructor(given: readonly MetricTerm[], partNames: readonly (string | null)[] = []) {
    const names = new Set(given.map(({ name }) => name));
    const counters = [new NumExamplesCounter({}), new NumBatchesCounter({})] as readonly unknown[] as readonly Metric[];
    this.#given = given;
    this.#parts = partNames.map((name) => (name === null ? null : lossMetric(name)));
    this.#counters = counters.filter((m) => !names.has(m.name));
  }

  /** Makes the variables whose shapes follow from labels and predictions. @throws ValueError for such that a metric cannot take */
  build(labels: Tree<TensorSpec>, predictions: Tree<TensorSpec>): void {
    for (const { metric, place } of this.#given) metric.build(place.labels(labels), place.predictions(predictions));
  }

  /** Adds a batch. */
  update(ctx: Context, { y, predictions, sampleWeight, loss, parts }: Reported): void {
    for (const { metric, place, weighted } of this.#given)
      metric.update(ctx, place.labels(y), place.predictions(predictions), weighted ? place.sampleWeight(sampleWeight) : undefined);
    const first = flatten(predictions)[0] as Output;
    const examples = rows(first);
    this.#total.update(ctx, loss, first, examples);
    this.#parts.forEach((part, i) => part?.update(ctx, parts[i] as Output, first, examples));
    for (const counter of this.#counters) counter.update(ctx, y, predictions);
  }

  get definitions(): MetricDefinition[] {
    const losses = [this.#total, ...this.#parts.filter((part) => part !== null)] as readonly unknown[] as readonly Metric[];
    const own = [...losses, ...this.#counters].map((metric) => ({ metric, name: metric.name }));
    return [...this.#given, ...own].map(({ metric, name }) => ({
      name,
      variables: metric.variables,
      counts: metric.counts,
      result: (ctx) => metric.result(ctx),
    }));
  }
}
