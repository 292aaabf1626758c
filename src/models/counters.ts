/** Counters of examples and batches, which every model reports: `tff.learning.metrics.NumExamplesCounter` and `NumBatchesCounter`. */
import type { DType } from '../dtype.js';
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { sizeOfAxis, sizeOutput } from '../graph/ops/array.js';
import { add, cast } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import { Metric, type MetricOptions, metricFields } from '../keras/metrics/metric.js';
import { factory } from '../keras/serialization/keras-object.js';
import { flatten, type Tree } from '../tree.js';

const fields = { ...metricFields };

abstract class Counter extends Metric<typeof fields> {
  readonly #count = this.addVariable('count');

  /** A count is exact: it is 64 bits wide, as in TFF. */
  override get dtype(): DType {
    return 'int64';
  }

  protected abstract readonly counted: 'examples' | 'batches';

  override get counts(): ReadonlyMap<Variable, 'examples' | 'batches'> {
    return new Map([[this.#count, this.counted]]);
  }

  protected abstract increment(yTrue: Tree<Output>, yPred: Tree<Output>): Output;

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>): void {
    ctx.assign(this.#count, add(ctx.read(this.#count), this.increment(yTrue, yPred)));
  }

  override result(ctx: Context): Output {
    return ctx.read(this.#count);
  }
}

/** Counts the rows of the first label; of the first prediction for a model without labels (`y: []`). */
export class NumExamplesCounter extends Counter {
  static readonly className = 'NumExamplesCounter';
  static readonly fields = fields;

  protected override readonly counted = 'examples';

  override get name(): string {
    return this.options.name ?? 'num_examples';
  }

  protected override increment(yTrue: Tree<Output>, yPred: Tree<Output>): Output {
    const first = (flatten(yTrue)[0] ?? flatten(yPred)[0]) as Output;
    return cast(sizeOutput(first, sizeOfAxis(first, 0)), 'int64');
  }
}

/** Counts batches. */
export class NumBatchesCounter extends Counter {
  static readonly className = 'NumBatchesCounter';
  static readonly fields = fields;

  protected override readonly counted = 'batches';

  override get name(): string {
    return this.options.name ?? 'num_batches';
  }

  protected override increment(_yTrue: Tree<Output>, yPred: Tree<Output>): Output {
    return (flatten(yPred)[0] as Output).graph.constant(1n, 'int64');
  }
}

export const numExamplesCounter = factory<MetricOptions | undefined, NumExamplesCounter>(NumExamplesCounter);
export const numBatchesCounter = factory<MetricOptions | undefined, NumBatchesCounter>(NumBatchesCounter);
