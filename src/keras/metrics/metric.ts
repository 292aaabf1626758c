/** Metrics: sums over batches that can be added up over clients, and what is made of them at the end. */
import type { DType } from '../../dtype.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add } from '../../graph/ops/math.js';
import { Variable, type VariableOptions } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import { dtypeField } from '../serialization/dtype-field.js';
import { type Fields, type OptionsOf, optional, string } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';
import { defaultName } from '../serialization/names.js';

/** Options of every metric. */
export const metricFields = {
  /** Key in reports; made from the class by default. */
  name: optional(string()),
  /** The element type of the sums; `float32` by default. */
  dtype: dtypeField(),
};
export type MetricOptions = OptionsOf<typeof metricFields>;

/** The base of all metrics. The variables are Keras's own, so that unfinalized values can be summed over clients. */
export abstract class Metric<F extends Fields = Fields> extends KerasObject<F> {
  /** Config keys of Keras 2: the function that the class wraps. */
  static readonly ignoredKeys: readonly string[] = ['fn'];
  readonly #variables: Variable[] = [];

  get name(): string {
    return (this.options as { readonly name?: string | null }).name ?? defaultName(this.className);
  }

  /** The element type of the sums. */
  get dtype(): DType {
    return (this.options as { readonly dtype?: DType }).dtype ?? 'float32';
  }

  /** The sums, in Keras's order. */
  get variables(): readonly Variable[] {
    return this.#variables;
  }

  /**
   * Variables that only count, whatever the values: a training loop gets them from the number of examples or batches at the end, which is
   * cheaper than to carry them through every step.
   */
  get counts(): ReadonlyMap<Variable, 'examples' | 'batches'> {
    return new Map();
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name };
  }

  /**
   * Makes the variables whose shapes follow from labels and predictions, as Keras does at the first update; called before variables are
   * asked for. Most metrics have none.
   *
   * @throws ValueError for labels or predictions that the metric cannot take, or of another shape than it was built for.
   */
  build(_yTrue: Tree<TensorSpec>, _yPred: Tree<TensorSpec>): void {}

  /** Adds a batch: assigns the variables their new values. `yTrue` and `yPred` are the whole structures of labels and predictions. */
  abstract update(ctx: Context, yTrue: Tree<Output>, yPred: Tree<Output>, sampleWeight?: Output): void;

  /** The metric's value from its variables. */
  abstract result(ctx: Context): Output;

  /** Makes a sum: in the constructor or in `build`; zeros unless `initial` says otherwise. */
  protected addVariable(name: string, shape: readonly number[] = [], options: Pick<VariableOptions, 'dtype' | 'initial'> = {}): Variable {
    const variable = new Variable({ name, shape, dtype: this.dtype, trainable: false, ...options });
    this.#variables.push(variable);
    return variable;
  }

  /** Adds to a sum. */
  protected assignAdd(ctx: Context, variable: Variable, amount: Output): void {
    ctx.assign(variable, add(ctx.read(variable), amount));
  }
}
