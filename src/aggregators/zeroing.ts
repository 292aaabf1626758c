/**
 * Zeroing: puts zeros for a client's value whose norm is above a limit, as it is more likely broken than informative.
 *
 * Unlike TFF, a value without a norm (one that has NaN) is zeroed too: it is not within any limit.
 */
import type { Output } from '../graph/graph.js';
import { cast, lessEqual, logicalNot, mulNoNan } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator, checkUnweighted } from './aggregator.js';
import { checkEstimation, type Estimation } from './estimation.js';
import { mean } from './mean.js';
import { Nested } from './nested.js';
import { checkFloating, checkNormOrder, globalNorm, type NormOrder } from './norms.js';
import { sum } from './sum.js';

export interface ZeroingOptions {
  /** The largest norm that is left alone, not negative; or what estimates it. */
  readonly zeroingNorm: number | Estimation;
  /** What the values are given to; `mean()` by default. A zeroed value keeps its weight. */
  readonly inner?: Aggregator;
  /** Which norm: 1, 2, or `Infinity` (default), the largest absolute value. */
  readonly normOrder?: NormOrder;
  /** How zeroed clients are counted; `sum()` by default. */
  readonly zeroedCountSum?: Aggregator;
}

export class Zeroing extends Aggregator {
  readonly weighted: boolean;
  readonly #zeroingNorm: Estimation;
  readonly #inner: Aggregator;
  readonly #normOrder: NormOrder;
  readonly #zeroedCountSum: Aggregator;

  constructor(options: ZeroingOptions) {
    super();
    checkOptions('options of zeroing', options, ['zeroingNorm', 'inner', 'normOrder', 'zeroedCountSum']);
    this.#zeroingNorm = checkEstimation('zeroingNorm', options.zeroingNorm, { min: 0 });
    this.#inner = checkAggregator('inner', options.inner ?? mean());
    this.#normOrder = checkNormOrder('normOrder', options.normOrder ?? Number.POSITIVE_INFINITY);
    this.#zeroedCountSum = checkUnweighted('zeroedCountSum', options.zeroedCountSum ?? sum());
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    checkFloating('zeroing', specs);
    const zeroingNorm = this.#zeroingNorm.parts();
    const zeroedCount = this.#zeroedCountSum.parts(tensorSpec([], 'int32') as TensorSpec);
    const nested = new Nested({ zeroingNorm, zeroedCount, inner: this.#inner.parts(specs) });
    const limitOf = (state: Tree<Output>, { graph }: Output): Output =>
      cast(zeroingNorm.report((state as { zeroingNorm: Tree<Output> }).zeroingNorm, graph), 'float32');
    return {
      minClients: nested.minClients,
      initialize: (graph) => nested.initialize(graph),
      client: (state, value, weight, random) => {
        const norm = globalNorm(value, this.#normOrder);
        const kept = lessEqual(norm, limitOf(state, weight));
        const inner = mapTree(value, (x) => mulNoNan(x, cast(kept, x.dtype)));
        return nested.client(state, { zeroingNorm: norm, zeroedCount: cast(logicalNot(kept), 'int32'), inner }, weight, random);
      },
      server: (state, combined) => {
        const steps = nested.server(state, combined);
        const measurements = {
          zeroing: steps.inner.measurements,
          zeroingNorm: limitOf(state, combined.count),
          zeroedCount: steps.zeroedCount.result,
        };
        return { state: nested.states(steps), result: steps.inner.result, measurements };
      },
    };
  }
}

/**
 * Zeroes values above a norm. Measurements: `zeroingNorm` as it was in the round, `zeroedCount`, and the inner ones as `zeroing`.
 *
 * @throws TypeError, ValueError for a norm that is negative or an unknown order
 */
export const zeroing = (options: ZeroingOptions): Zeroing => new Zeroing(options);
