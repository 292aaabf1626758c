/**
 * Clipping: scales a client's value down to a norm, so that no client counts for more.
 *
 * With an adaptive norm: Andrew et al., "Differentially private learning with adaptive clipping", NeurIPS 2021,
 * https://arxiv.org/abs/1905.03871.
 */
import type { Output } from '../graph/graph.js';
import { cast, greater } from '../graph/ops/math.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkAggregator, checkUnweighted } from './aggregator.js';
import { checkEstimation, type Estimation } from './estimation.js';
import { mean } from './mean.js';
import { Nested } from './nested.js';
import { checkFloating, checkNormOrder, clipByNorm, globalNorm, type NormOrder } from './norms.js';
import { sum } from './sum.js';

export interface ClippingOptions {
  /** The largest norm of a value's leaves together, not negative; or what estimates it. */
  readonly clippingNorm: number | Estimation;
  /** What the clipped values are given to; `mean()` by default. */
  readonly inner?: Aggregator;
  /** Which norm: 1, 2 (default, Euclidean) or `Infinity`. Gaussian noise needs a bound of order 2, Laplace noise one of order 1. */
  readonly normOrder?: NormOrder;
  /** How clipped clients are counted; `sum()` by default. */
  readonly clippedCountSum?: Aggregator;
}

export class Clipping extends Aggregator {
  readonly weighted: boolean;
  readonly #clippingNorm: Estimation;
  readonly #inner: Aggregator;
  readonly #normOrder: NormOrder;
  readonly #clippedCountSum: Aggregator;

  constructor(options: ClippingOptions) {
    super();
    checkOptions('options of clipping', options, ['clippingNorm', 'inner', 'normOrder', 'clippedCountSum']);
    this.#clippingNorm = checkEstimation('clippingNorm', options.clippingNorm, { min: 0 });
    this.#inner = checkAggregator('inner', options.inner ?? mean());
    this.#normOrder = checkNormOrder('normOrder', options.normOrder ?? 2);
    this.#clippedCountSum = checkUnweighted('clippedCountSum', options.clippedCountSum ?? sum());
    this.weighted = this.#inner.weighted;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    checkFloating('clipping', specs);
    const clippingNorm = this.#clippingNorm.parts();
    const clippedCount = this.#clippedCountSum.parts(tensorSpec([], 'int32') as TensorSpec);
    const nested = new Nested({ clippingNorm, clippedCount, inner: this.#inner.parts(specs) });
    const limitOf = (state: Tree<Output>, { graph }: Output): Output =>
      cast(clippingNorm.report((state as { clippingNorm: Tree<Output> }).clippingNorm, graph), 'float32');
    return {
      minClients: nested.minClients,
      initialize: (graph) => nested.initialize(graph),
      client: (state, value, weight, random) => {
        const norm = globalNorm(value, this.#normOrder);
        const limit = limitOf(state, weight);
        const clipped = cast(greater(norm, limit), 'int32');
        return nested.client(state, { clippingNorm: norm, clippedCount: clipped, inner: clipByNorm(value, norm, limit) }, weight, random);
      },
      server: (state, combined) => {
        const steps = nested.server(state, combined);
        const measurements = {
          clipping: steps.inner.measurements,
          clippingNorm: limitOf(state, combined.count),
          clippedCount: steps.clippedCount.result,
        };
        return { state: nested.states(steps), result: steps.inner.result, measurements };
      },
    };
  }
}

/**
 * Clips values to a norm. Measurements: `clippingNorm` as it was in the round, `clippedCount`, and the inner ones as `clipping`.
 *
 * @throws TypeError, ValueError for a norm that is negative
 */
export const clipping = (options: ClippingOptions): Clipping => new Clipping(options);
