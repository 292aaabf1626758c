/** The sum of the clients' values. */
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { Aggregator, type AggregatorParts } from './aggregator.js';

export class Sum extends Aggregator {
  readonly weighted = false;

  override parts(_specs: Tree<TensorSpec>): AggregatorParts {
    return {
      initialize: () => [],
      client: (_state, value) => ({ sum: value }),
      server: (state, { sum }) => ({ state, result: sum, measurements: [] }),
    };
  }
}

/** Adds the values in client order, so that the result is the same at any concurrency. */
export const sum = (): Sum => new Sum();
