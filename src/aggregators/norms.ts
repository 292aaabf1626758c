/** Norms of structures of tensors, taken as one long vector, in `float32`. */
import { isFloating } from '../dtype.js';
import { typeError } from '../errors.js';
import type { Output } from '../graph/graph.js';
import { op } from '../graph/ops/core.js';
import { abs, addN, cast, div, greater, maximum, mul, sqrt, where } from '../graph/ops/math.js';
import { max, sum } from '../graph/ops/reduce.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { mustHold } from '../validate.js';

/** The sum of absolute values, the Euclidean length, or the largest absolute value. */
export type NormOrder = 1 | 2 | typeof Infinity;

/** @throws ValueError */
export function checkNormOrder(name: string, value: unknown): NormOrder {
  if (value !== 1 && value !== 2 && value !== Number.POSITIVE_INFINITY) throw mustHold(name, '1, 2 or Infinity', value);
  return value;
}

/** The norm of all leaves together, a `float32` scalar. */
export function globalNorm(value: Tree<Output>, order: NormOrder): Output {
  const leaves = flatten(value).map((x) => cast(x, 'float32'));
  if (order === 1) return addN(leaves.map((x) => sum(abs(x))));
  if (order === 2) return sqrt(mul(addN(leaves.map((x) => op('L2Loss', [x]))), 2));
  return leaves.map((x) => max(abs(x))).reduce((a, b) => maximum(a, b));
}

/** The value scaled down to `limit` where its norm is above; what is not finite stays so. */
export function clipByNorm(value: Tree<Output>, norm: Output, limit: Output): Tree<Output> {
  const scale = where(greater(norm, limit), div(limit, norm), 1);
  return mapTree(value, (x) => mul(x, cast(scale, x.dtype)));
}

/** Refuses values without a norm: none at all, or such that are not floating-point. @throws TypeError */
export function checkFloating(name: string, specs: Tree<TensorSpec>): void {
  mapTree(specs, (spec, path) => {
    if (!isFloating(spec.dtype))
      throw typeError(`\`specs\` of ${name} must be floating-point, received ${spec}${path === '' ? '' : ` at ${path}`}`);
  });
}
