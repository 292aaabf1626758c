/**
 * The clients' values side by side, for rules that compare clients: one row per client. Such rules need every value at once, so that memory
 * grows with the number of clients.
 */
import type { Output } from '../graph/graph.js';
import { expandDims, gather, reshape, sizeOfAxis, transpose, zerosLike } from '../graph/ops/array.js';
import { add, addN, cast, finite, floorDiv, logicalAnd, maximum, mul, nan, neg, square, sub, topK, where } from '../graph/ops/math.js';
import { batchMatMul } from '../graph/ops/nn.js';
import { all, mean, sum } from '../graph/ops/reduce.js';
import { sizeOf } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { Aggregator, type AggregatorParts } from './aggregator.js';
import { checkFloating } from './norms.js';
import { staticShapes } from './static-shapes.js';

/** Each leaf as a matrix `[clients, size]`. */
export type Rows = readonly Output[];

/** The result as a vector `[size]` for each leaf. */
export type Rule = (rows: Rows, count: Output) => Output[];

/** An aggregator that is a rule for the clients' values, each counting the same: weights are claims of clients. */
export class RowRule extends Aggregator {
  readonly weighted = false;
  readonly #name: string;
  readonly #minClients: number;
  readonly #rule: Rule;

  constructor(name: string, minClients: number, rule: Rule) {
    super();
    this.#name = name;
    this.#minClients = minClients;
    this.#rule = rule;
  }

  override parts(specs: Tree<TensorSpec>): AggregatorParts {
    checkFloating(this.#name, specs);
    const shapes = staticShapes(this.#name, specs);
    return {
      minClients: this.#minClients,
      initialize: () => [],
      client: (_state, value) => ({ sum: [], stack: value }),
      server: (state, { stack, count }) => {
        const rows = flatten(stack).map((x, i) => reshape(x, [-1, sizeOf(shapes[i] as number[])]));
        const result = this.#rule(rows, count).map((x, i) => reshape(x, shapes[i] as number[]));
        return { state, result: unflatten(specs, result), measurements: [] };
      },
    };
  }
}

/** Each column sorted, largest first, as rows `[size, clients]`; what is not a number counts as infinite. */
export function sortedColumns(x: Output): Output {
  const columns = transpose(x, [1, 0]);
  const infinite = x.graph.constant(Number.POSITIVE_INFINITY, x.dtype);
  return topK(where(nan(columns), infinite, columns), sizeOfAxis(x, 0)).values;
}

/** The middle of each sorted column, or the mean of its two middles: `[size]`. */
export function middle(sorted: Output, count: Output): Output {
  const [upper, lower] = [gather(sorted, floorDiv(sub(count, 1), 2), 1), gather(sorted, floorDiv(count, 2), 1)];
  return add(mul(upper, 0.5), mul(lower, 0.5));
}

/** Which clients have finite values only: `bool[clients]`. */
export const finiteRows = (rows: Rows): Output => rows.map((x) => all(finite(x), 1)).reduce((a, b) => logicalAnd(a, b));

/** The rows, with zeros for those of clients that are left out. */
export const onlyRows = (rows: Rows, kept: Output): Output[] => rows.map((x) => where(expandDims(kept, 1), x, zerosLike(x)));

/**
 * Squared Euclidean distances between clients, `float64[clients, clients]`; infinite for a client with a value that is not finite.
 *
 * In double precision: distances between honest clients are differences of squares that can be much larger.
 */
export function squaredDistances(rows: Rows): Output {
  const usable = finiteRows(rows);
  const products = addN(
    onlyRows(rows, usable).map((x) => {
      const wide = cast(x, 'float64');
      return batchMatMul(wide, wide, { adjointB: true });
    }),
  );
  const squares = addN(onlyRows(rows, usable).map((x) => sum(square(cast(x, 'float64')), 1)));
  const distances = maximum(sub(add(expandDims(squares, 0), expandDims(squares, 1)), mul(products, 2)), 0);
  const both = logicalAnd(expandDims(usable, 0), expandDims(usable, 1));
  return where(both, distances, Number.POSITIVE_INFINITY);
}

/** The sum of the `count` smallest entries of each row. */
export const smallestSum = (x: Output, count: Output): Output => neg(sum(topK(neg(x), count).values, 1));

/** The mean of some clients' rows. */
export const meanOf = (rows: Rows, clients: Output): Output[] => rows.map((x) => mean(gather(x, clients), 0));
