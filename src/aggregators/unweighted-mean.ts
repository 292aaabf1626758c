/** The mean of the clients' values, each counting the same. */
import type { Output } from '../graph/graph.js';
import { cast, div } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { Nested } from './nested.js';
import { Sum } from './sum.js';

export interface UnweightedMeanOptions {
  /** How values are summed; `sum()` by default. */
  readonly valueSum?: Aggregator;
  /** How clients are counted; `sum()` by default. */
  readonly countSum?: Aggregator;
}

export class UnweightedMean extends Aggregator {
  readonly weighted = false;
  readonly #valueSum: Aggregator;
  readonly #countSum: Aggregator;

  constructor(options: UnweightedMeanOptions = {}) {
    super();
    checkOptions('options of unweightedMean', options, ['valueSum', 'countSum']);
    this.#valueSum = checkUnweighted('valueSum', options.valueSum ?? new Sum());
    this.#countSum = checkUnweighted('countSum', options.countSum ?? new Sum());
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const sums = new Nested({
      valueSum: this.#valueSum.parts(specs),
      countSum: this.#countSum.parts(tensorSpec([], 'int32') as TensorSpec),
    });
    return {
      minClients: sums.minClients,
      initialize: (graph) => sums.initialize(graph),
      client: (state, value, weight, random) =>
        sums.client(state, { valueSum: value, countSum: weight.graph.constant(1, 'int32') }, weight, random),
      server: (state, combined) => {
        const steps = sums.server(state, combined);
        const { valueSum, countSum } = steps;
        return {
          state: sums.states(steps),
          result: mapTree(valueSum.result, (x) => div(x, cast(countSum.result as Output, x.dtype))),
          measurements: { meanValue: valueSum.measurements, meanCount: countSum.measurements },
        };
      },
    };
  }
}

/** The unweighted mean. @throws TypeError for an option that is no unweighted aggregator */
export const unweightedMean = (options?: UnweightedMeanOptions): UnweightedMean => new UnweightedMean(options);
