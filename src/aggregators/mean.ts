/** The weighted mean of the clients' values: `Σ weight · value / Σ weight`. */
import type { Output } from '../graph/graph.js';
import { cast, div, divNoNan, mul } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkBoolean, checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, type Combined, checkAggregator } from './aggregator.js';
import { Sum } from './sum.js';

export interface MeanOptions {
  /** How weighted values are summed; `sum()` by default. */
  readonly valueSum?: Aggregator;
  /** How weights are summed; `sum()` by default. */
  readonly weightSum?: Aggregator;
  /** Whether the mean is 0 where all weights are 0; `false` by default, which makes it NaN, so that a server can refuse it. */
  readonly noNanDivision?: boolean;
}

type Pair = readonly [Tree<Output>, Tree<Output>];

export class Mean extends Aggregator {
  readonly weighted = true;
  readonly #valueSum: Aggregator;
  readonly #weightSum: Aggregator;
  readonly #noNanDivision: boolean;

  constructor(options: MeanOptions = {}) {
    super();
    checkOptions('options of mean', options, ['valueSum', 'weightSum', 'noNanDivision']);
    this.#valueSum = checkAggregator('valueSum', options.valueSum ?? new Sum());
    this.#weightSum = checkAggregator('weightSum', options.weightSum ?? new Sum());
    this.#noNanDivision = checkBoolean('noNanDivision', options.noNanDivision ?? false);
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    const values = this.#valueSum.parts(specs);
    const weights = this.#weightSum.parts(tensorSpec([]) as TensorSpec);
    return {
      initialize: (graph) => ({ valueSum: values.initialize(graph), weightSum: weights.initialize(graph) }),
      client: (state, value, weight, seed) => {
        const { valueSum, weightSum } = state as { valueSum: Tree<Output>; weightSum: Tree<Output> };
        const v = values.client(
          valueSum,
          mapTree(value, (x) => mul(x, cast(weight, x.dtype))),
          weight,
          seed,
        );
        const w = weights.client(weightSum, weight, weight, seed);
        return { sum: [v.sum, w.sum], stack: [v.stack ?? [], w.stack ?? []] };
      },
      server: (state, combined) => {
        const { valueSum, weightSum } = state as { valueSum: Tree<Output>; weightSum: Tree<Output> };
        const part = (i: 0 | 1): Combined => ({ ...combined, sum: (combined.sum as Pair)[i], stack: (combined.stack as Pair)[i] });
        const v = values.server(valueSum, part(0));
        const w = weights.server(weightSum, part(1));
        const divide = this.#noNanDivision ? divNoNan : div;
        return {
          state: { valueSum: v.state, weightSum: w.state },
          result: mapTree(v.result, (x) => divide(x, cast(w.result as Output, x.dtype))),
          measurements: { meanValue: v.measurements, meanWeight: w.measurements },
        };
      },
    };
  }
}

/** The weighted mean. @throws TypeError for an option that is no aggregator */
export const mean = (options?: MeanOptions): Mean => new Mean(options);
