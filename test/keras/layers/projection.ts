import type { Output } from '../../../src/graph/graph.js';
import { onesLike } from '../../../src/graph/ops/array.js';
import { add, cos, mul } from '../../../src/graph/ops/math.js';
import { cumsum, sum } from '../../../src/graph/ops/reduce.js';

/** A factor of its own for every value of an output, whatever its size. */
const spread = (y: Output): Output =>
  cos(Array.from({ length: y.rank }, (_, axis) => cumsum(onesLike(y), axis)).reduce((a, b) => add(mul(a, 2.3), b)));

/** A scalar in which every value of the outputs counts differently: its gradient is of all of them. */
export const projection = (outputs: readonly Output[]): Output => outputs.map((y) => sum(mul(y, spread(y)))).reduce((a, b) => add(a, b));
