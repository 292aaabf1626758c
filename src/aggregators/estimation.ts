/**
 * Estimation processes: a number that the server knows before a round, such as a clipping norm, and adapts to what the clients have.
 */
import type { Graph, Output } from '../graph/graph.js';
import type { Tree } from '../tree.js';
import { type Bounds, checkNumber, mustBe } from '../validate.js';
import type { AggregatorParts } from './aggregator.js';

/** An estimation is an aggregator of `float32` scalars, whose result is its report. */
export interface EstimationParts extends AggregatorParts {
  /** The estimate in a state: a floating-point scalar. */
  readonly report: (state: Tree<Output>, graph: Graph) => Output;
}

/** The base of all estimations. */
export abstract class Estimation {
  abstract parts(): EstimationParts;
}

/** An estimate that stays what it is, and asks nothing of the clients. */
class FixedEstimate extends Estimation {
  readonly #value: number;

  constructor(value: number) {
    super();
    this.#value = value;
  }

  override parts(): EstimationParts {
    return {
      initialize: () => [],
      report: (_state, graph) => graph.constant(this.#value, 'float64'),
      client: () => ({ sum: [] }),
      server: (state) => ({ state, result: [], measurements: [] }),
    };
  }
}

/** A number, or an estimation, given as an option. @throws TypeError for neither, ValueError for a number outside of the bounds */
export function checkEstimation(name: string, value: unknown, bounds: Bounds = {}): Estimation {
  if (value instanceof Estimation) return value;
  if (typeof value !== 'number') throw mustBe(name, 'a number or an estimation, such as quantileEstimation()', value);
  return new FixedEstimate(checkNumber(name, value, bounds));
}
