/** The mean of the clients' values, each counting the same. */
import type { Output } from '../graph/graph.js';
import { cast, div } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, type Combined, checkAggregator } from './aggregator.js';
import { Sum } from './sum.js';

export interface UnweightedMeanOptions {
  /** How values are summed; `sum()` by default. */
  readonly valueSum?: Aggregator;
  /** How clients are counted; `sum()` by default. */
  readonly countSum?: Aggregator;
}

type Pair = readonly [Tree<Output>, Tree<Output>];

export class UnweightedMean extends Aggregator {
  readonly weighted = false;
  readonly #valueSum: Aggregator;
  readonly #countSum: Aggregator;

  constructor(options: UnweightedMeanOptions = {}) {
    super();
    checkOptions('options of unweightedMean', options, ['valueSum', 'countSum']);
    this.#valueSum = checkAggregator('valueSum', options.valueSum ?? new Sum());
    this.#countSum = checkAggregator('countSum', options.countSum ?? new Sum());
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const values = this.#valueSum.parts(specs);
    const counts = this.#countSum.parts(tensorSpec([], 'int32') as TensorSpec);
    return {
      initialize: (graph) => ({ valueSum: values.initialize(graph), countSum: counts.initialize(graph) }),
      client: (state, value, weight, seed) => {
        const { valueSum, countSum } = state as { valueSum: Tree<Output>; countSum: Tree<Output> };
        const v = values.client(valueSum, value, weight, seed);
        const c = counts.client(countSum, weight.graph.constant(1, 'int32'), weight, seed);
        return { sum: [v.sum, c.sum], stack: [v.stack ?? [], c.stack ?? []] };
      },
      server: (state, combined) => {
        const { valueSum, countSum } = state as { valueSum: Tree<Output>; countSum: Tree<Output> };
        const part = (i: 0 | 1): Combined => ({ ...combined, sum: (combined.sum as Pair)[i], stack: (combined.stack as Pair)[i] });
        const v = values.server(valueSum, part(0));
        const c = counts.server(countSum, part(1));
        return {
          state: { valueSum: v.state, countSum: c.state },
          result: mapTree(v.result, (x) => div(x, cast(c.result as Output, x.dtype))),
          measurements: { meanValue: v.measurements, meanCount: c.measurements },
        };
      },
    };
  }
}

/** The unweighted mean. @throws TypeError for an option that is no aggregator */
export const unweightedMean = (options?: UnweightedMeanOptions): UnweightedMean => new UnweightedMean(options);
