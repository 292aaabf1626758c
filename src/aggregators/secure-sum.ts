/**
 * A sum of which the server sees no summand: values are clipped to a range, written as whole numbers, and added by a protocol that
 * reveals only the sum.
 *
 * Bonawitz et al., "Practical secure aggregation for privacy-preserving machine learning", CCS 2017, https://eprint.iacr.org/2017/281;
 * the encoding is that of TFF's `SecureSumFactory`. The default protocol adds in the clear, as TFF's simulation does.
 */
import { isFloating, isInteger } from '../dtype.js';
import { typeError, ValueError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import {
  abs,
  add,
  cast,
  clip,
  div,
  divNoNan,
  floor,
  greater,
  less,
  maximum,
  minimum,
  mul,
  nan,
  neg,
  round,
  sub,
  where,
} from '../graph/ops/math.js';
import { max, min } from '../graph/ops/reduce.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { checkOptions } from '../validate.js';
import { Aggregator, type AggregatorParts, checkUnweighted } from './aggregator.js';
import { checkEstimation, type Estimation } from './estimation.js';
import { Nested } from './nested.js';
import { sum } from './sum.js';

export interface SecureSumOptions {
  /** The largest value of an element, or what estimates it from the clients' largest elements. Larger ones are clipped. */
  readonly upperBoundThreshold: number | Estimation;
  /** The smallest value; `-upperBoundThreshold` by default, which an estimation then finds from absolute values. */
  readonly lowerBoundThreshold?: number | Estimation;
  /**
   * How whole numbers are added: an unweighted aggregator of `int64` tensors whose result is their sum modulo 2^64; `sum()` by
   * default, which is a simulation. `additiveSharing()` is a protocol of two servers.
   */
  readonly protocol?: Aggregator;
}

/** Floating-point values are given 32 bits in their range: the error of a summand is at most `(upper - lower) / 2^33`. */
const LEVELS = 2 ** 32 - 1;

const INT64 = tensorSpec([], 'int64') as TensorSpec;

interface Bounds {
  readonly upper: Output;
  readonly lower: Output;
}

export class SecureSum extends Aggregator {
  readonly weighted = false;
  readonly #upper: Estimation;
  readonly #lower: Estimation | undefined;
  readonly #protocol: Aggregator;
  /** The bounds that are numbers. */
  readonly #numbers: readonly number[];

  constructor(options: SecureSumOptions) {
    super();
    checkOptions('options of secureSum', options, ['upperBoundThreshold', 'lowerBoundThreshold', 'protocol']);
    const { upperBoundThreshold: upper, lowerBoundThreshold: lower } = options;
    this.#upper = checkEstimation('upperBoundThreshold', upper, lower === undefined ? { min: 0, exclusive: true } : {});
    this.#lower = lower === undefined ? undefined : checkEstimation('lowerBoundThreshold', lower);
    if (typeof upper === 'number' && typeof lower === 'number' && upper <= lower)
      throw new ValueError(`\`upperBoundThreshold\` must be above \`lowerBoundThreshold\`, received ${upper} and ${lower}`);
    this.#protocol = checkUnweighted('protocol', options.protocol ?? sum());
    this.#numbers = [upper, lower].filter((bound) => typeof bound === 'number');
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    this.#checkSpecs(specs);
    const upper = this.#upper.parts();
    // Without an estimation of its own the lower bound follows the upper: nothing is estimated.
    const lower = (this.#lower ?? checkEstimation('lowerBoundThreshold', 0)).parts();
    const symmetric = this.#lower === undefined;
    const encoded = mapTree(specs, (spec) => tensorSpec(spec.shape, 'int64') as TensorSpec);
    const protocol = this.#protocol.parts({ value: encoded, upperClipped: INT64, lowerClipped: INT64 });
    const nested = new Nested({ upper, lower, protocol });
    const boundsOf = (state: Tree<Output>, { graph }: Output): Bounds => {
      const states = state as { upper: Tree<Output>; lower: Tree<Output> };
      const high = cast(upper.report(states.upper, graph), 'float64');
      const low = symmetric ? neg(high) : cast(lower.report(states.lower, graph), 'float64');
      // Estimates can cross.
      return { upper: maximum(high, low), lower: low };
    };
    return {
      minClients: nested.minClients,
      initialize: (graph) => nested.initialize(graph),
      client: (state, value, weight, random) => {
        const bounds = boundsOf(state, weight);
        const leaves = flatten(value).map((x) => cast(x, 'float64'));
        const largest = leaves.map((x) => max(x)).reduce((a, b) => maximum(a, b));
        const smallest = leaves.map((x) => min(x)).reduce((a, b) => minimum(a, b));
        const extent = symmetric ? maximum(abs(largest), abs(smallest)) : largest;
        const contribution = {
          value: mapTree(value, (x) => encode(x, bounds)),
          upperClipped: cast(greater(largest, bounds.upper), 'int64'),
          lowerClipped: cast(less(smallest, bounds.lower), 'int64'),
        };
        return nested.client(
          state,
          { upper: cast(extent, 'float32'), lower: cast(smallest, 'float32'), protocol: contribution },
          weight,
          random,
        );
      },
      server: (state, combined) => {
        const bounds = boundsOf(state, combined.count);
        const steps = nested.server(state, combined);
        const sums = steps.protocol.result as { value: Tree<Output>; upperClipped: Output; lowerClipped: Output };
        const dtypes = flatten(specs).map((spec) => spec.dtype);
        let next = 0;
        return {
          state: nested.states(steps),
          result: mapTree(sums.value, (x) => decode(x, bounds, combined.count, dtypes[next++] as TensorSpec['dtype'])),
          measurements: {
            secureUpperClippedCount: cast(sums.upperClipped, 'int32'),
            secureLowerClippedCount: cast(sums.lowerClipped, 'int32'),
            secureUpperThreshold: cast(bounds.upper, 'float32'),
            secureLowerThreshold: cast(bounds.lower, 'float32'),
          },
        };
      },
    };
  }

  #checkSpecs(specs: Tree<TensorSpec>): void {
    mapTree(specs, (spec, path) => {
      const at = path === '' ? '' : ` at ${path}`;
      if (!isFloating(spec.dtype) && !isInteger(spec.dtype))
        throw typeError(`\`specs\` of secureSum must be of numbers, received ${spec}${at}`);
      const fraction = this.#numbers.find((bound) => !Number.isSafeInteger(bound));
      if (isInteger(spec.dtype) && fraction !== undefined)
        throw typeError(`the bounds of secureSum must be whole numbers for ${spec}${at}, received ${fraction}`);
    });
  }
}

/** The size of one level; 0 where the range is empty. */
const stepOf = ({ upper, lower }: Bounds): Output => div(sub(upper, lower), LEVELS);

/** A value as a whole number that is not negative: a level of its range, or for integers the distance from the lower bound. */
function encode(x: Output, bounds: Bounds): Output {
  const { upper, lower } = bounds;
  if (isInteger(x.dtype)) {
    const [low, high] = [cast(floor(lower), 'int64'), cast(floor(upper), 'int64')];
    return sub(clip(cast(x, 'int64'), low, high), low);
  }
  // There is no code for what is not a number: it counts as 0.
  const wide = cast(where(nan(x), 0, x), 'float64');
  return cast(round(divNoNan(sub(clip(wide, lower, upper), lower), stepOf(bounds))), 'int64');
}

function decode(total: Output, bounds: Bounds, count: Output, dtype: TensorSpec['dtype']): Output {
  if (isInteger(dtype)) return cast(add(total, mul(cast(floor(bounds.lower), 'int64'), cast(count, 'int64'))), dtype);
  return cast(add(mul(cast(total, 'float64'), stepOf(bounds)), mul(bounds.lower, cast(count, 'float64'))), dtype);
}

/**
 * A sum through a secure protocol, of integers exactly and of floating-point values with 32 bits each.
 *
 * Measurements: `secureUpperClippedCount` and `secureLowerClippedCount` (clients with an element outside), `secureUpperThreshold` and
 * `secureLowerThreshold`.
 *
 * @throws TypeError, also for fractional bounds of integers; ValueError for an upper bound that is not above the lower
 */
export const secureSum = (options: SecureSumOptions): SecureSum => new SecureSum(options);
