/** The weighted mean of the clients' values: `Σ weight · value / Σ weight`. */
import type { Output } from '../graph/graph.js';
import { cast, div, divNoNan, mul } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkBoolean, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { Nested } from './nested.js';
import { Sum } from './sum.js';

export interface MeanOptions {
  /** How weighted values are summed; `sum()` by default. */
  readonly valueSum?: Aggregator;
  /** How weights are summed; `sum()` by default. */
  readonly weightSum?: Aggregator;
  /** Whether the mean is 0 where all weights are 0; `false` by default, which makes it NaN, so that a server can refuse it. */
  readonly noNanDivision?: boolean;
}

export class Mean extends Aggregator {
  readonly weighted = true;
  readonly #valueSum: Aggregator;
  readonly #weightSum: Aggregator;
  readonly #noNanDivision: boolean;

  constructor(options: MeanOptions = {}) {
    super();
    checkOptions('options of mean', options, ['valueSum', 'weightSum', 'noNanDivision']);
    this.#valueSum = checkUnweighted('valueSum', options.valueSum ?? new Sum());
    this.#weightSum = checkUnweighted('weightSum', options.weightSum ?? new Sum());
    this.#noNanDivision = checkBoolean('noNanDivision', options.noNanDivision ?? false);
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const sums = new Nested({ valueSum: this.#valueSum.parts(specs), weightSum: this.#weightSum.parts(tensorSpec([]) as TensorSpec) });
    const divide = this.#noNanDivision ? divNoNan : div;
    return {
      minClients: sums.minClients,
      initialize: (graph) => sums.initialize(graph),
      client: (state, value, weight, random) => {
        const weighted = mapTree(value, (x) => mul(x, cast(weight, x.dtype)));
        return sums.client(state, { valueSum: weighted, weightSum: weight }, weight, random);
      },
      server: (state, combined) => {
        const steps = sums.server(state, combined);
        const { valueSum, weightSum } = steps;
        return {
          state: sums.states(steps),
          result: mapTree(valueSum.result, (x) => divide(x, cast(weightSum.result as Output, x.dtype))),
          measurements: { meanValue: valueSum.measurements, meanWeight: weightSum.measurements },
        };
      },
    };
  }
}

/** The weighted mean. @throws TypeError for an option that is no unweighted aggregator */
export const mean = (options?: MeanOptions): Mean => new Mean(options);
