/** An unweighted aggregator where a weighted one is asked for. */
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';

class AsWeighted extends Aggregator {
  readonly weighted = true;
  readonly #inner: Aggregator;

  constructor(inner: Aggregator) {
    super();
    this.#inner = checkUnweighted('unweighted', inner);
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    return this.#inner.parts(specs);
  }
}

/** Takes weights and does not look at them. @throws TypeError for an aggregator that is weighted already */
export const asWeightedAggregator = (unweighted: Aggregator): Aggregator => new AsWeighted(unweighted);
