/** Weights: a layer's variables, with what training does to them besides the gradient. */
import { Variable, type VariableOptions } from '../../graph/variable.js';
import type { Constraint } from '../constraints/constraint.js';
import type { Regularizer } from '../regularizers/regularizer.js';

export interface WeightOptions extends VariableOptions {
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
}

export class Weight extends Variable {
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;

  constructor(options: WeightOptions) {
    super(options);
    this.regularizer = options.regularizer ?? null;
    this.constraint = options.constraint ?? null;
  }
}
