/** Metrics whose variables have one entry per column of the predictions. */
import { ValueError } from '../../errors.js';
import type { Variable } from '../../graph/variable.js';
import { TensorSpec } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import type { Fields } from '../serialization/fields.js';
import { Metric } from './metric.js';

/** The base of metrics of predictions `[batch, columns]`: subclasses make their variables once the number of columns is known. */
export abstract class ColumnMetric<F extends Fields = Fields> extends Metric<F> {
  #columns: number | undefined;

  /** Makes the variables, in Keras's order. */
  protected abstract addColumnVariables(columns: number): void;

  override build(_yTrue: Tree<TensorSpec>, yPred: Tree<TensorSpec>): void {
    const columns = yPred instanceof TensorSpec && yPred.shape.length === 2 ? yPred.shape[1] : undefined;
    if (typeof columns !== 'number')
      throw new ValueError(
        `the predictions of the metric \`${this.name}\` must be one tensor [batch, columns] with a known number of columns, received ${yPred instanceof TensorSpec ? yPred : 'several tensors'}`,
      );
    this.buildFor(columns);
  }

  /** Makes the variables for a number of columns. @throws ValueError where they were made for another */
  protected buildFor(columns: number): void {
    if (this.#columns === columns) return;
    if (this.#columns !== undefined)
      throw new ValueError(`the metric \`${this.name}\` was built for ${this.#columns} columns, received predictions with ${columns}`);
    this.addColumnVariables(columns);
    this.#columns = columns;
  }

  /** The variable of a name. @throws ValueError where the metric has not been built */
  protected named(name: string): Variable {
    const variable = this.variables.find((v) => v.name === name);
    if (variable === undefined)
      throw new ValueError(
        `the metric \`${this.name}\` must be built before it is used: its variables follow from the shape of the predictions`,
      );
    return variable;
  }
}
