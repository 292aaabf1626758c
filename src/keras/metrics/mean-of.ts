/** Metrics made of plain graph functions. */
import { typeError, ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import { Output } from '../../graph/graph.js';
import type { Tree } from '../../tree.js';
import { checkFunction, checkString, describe } from '../../validate.js';
import type { LossFunction } from '../losses/from-function.js';
import { squeezeToSameRank } from '../losses/loss.js';
import { MeanMetric } from './mean.js';
import { weightsOf } from './mean-metric-wrapper.js';
import { type MetricOptions, metricFields } from './metric.js';

class FunctionMetric extends MeanMetric<typeof metricFields> {
  static readonly className = 'MeanMetricWrapper';
  static readonly fields = metricFields;
  readonly #fn: LossFunction<never>;

  constructor(fn: LossFunction<never>, options: MetricOptions) {
    super(options);
    this.#fn = fn;
  }

  override getConfig(): never {
    throw new ValueError(`the metric \`${this.name}\` is made of a function and cannot be written to a file`);
  }

  override update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void {
    const single = yTrue instanceof Output && yPred instanceof Output;
    const [t, p] = single ? squeezeToSameRank(yTrue, yPred) : [yTrue, yPred];
    const values: unknown = this.#fn(t as never, p as never);
    if (!(values instanceof Output))
      throw typeError(`the metric \`${this.name}\` must return an output of a graph, received ${describe(values)}`);
    this.addValues(ctx, values, weightsOf(this as unknown as MeanMetric, ctx, yPred, sampleWeight));
  }
}

/**
 * The mean of a graph function of labels and predictions.
 *
 * A last axis of size 1 that only one of two tensors has is dropped before, as for every metric; structures are given as they are.
 *
 * @param name The metric's name, its key in reports.
 * @param fn Adds ops to the graph of its arguments and returns a value per example.
 * @throws TypeError where `name` is no string or `fn` no function.
 */
export function meanOf<T extends Tree<Output> = Output>(
  name: string,
  fn: LossFunction<T>,
  options: Omit<MetricOptions, 'name'> = {},
): MeanMetric {
  checkString('name', name);
  checkFunction('fn', fn);
  return new FunctionMetric(fn, { ...options, name }) as unknown as MeanMetric;
}
