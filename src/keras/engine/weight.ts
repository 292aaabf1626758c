/** Weights: a layer's variables, with what training does to them besides the gradient. */
import type { Output } from '../../graph/graph.js';
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

/** New values of weights, within the constraints of those that had a gradient: what training does after each step, whatever the optimizer. */
export const constrained = (
  variables: readonly Variable[],
  weights: readonly Output[],
  gradients: readonly (Output | null | undefined)[],
): readonly Output[] =>
  weights.map((value, i) => {
    const variable = variables[i];
    const constraint = variable instanceof Weight && gradients[i] != null ? variable.constraint : null;
    return constraint === null ? value : constraint.call(value);
  });
