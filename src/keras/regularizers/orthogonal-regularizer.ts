/** Penalty on rows or columns of a matrix that are not orthogonal to each other. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { range, reshape } from '../../graph/ops/array.js';
import { abs, mul, notEqual, where } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { sum } from '../../graph/ops/reduce.js';
import { unitVectors } from '../losses/predictions.js';
import { number, type OptionsOf, oneOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Regularizer } from './regularizer.js';

const fields = {
  /** Factor of the penalty; not negative, 0.01 by default. */
  factor: number({ min: 0, default: 0.01 }),
  /** Whether `rows` (default) or `columns` are to be orthogonal. */
  mode: oneOf(['rows', 'columns'], 'rows'),
};

/** `factor` times the mean of `|cos|` over all pairs of rows or columns; 0 where there is only one. */
export class OrthogonalRegularizer extends Regularizer<typeof fields> {
  static readonly className = 'OrthogonalRegularizer';
  static readonly fields = fields;

  override call(x: Output): Output {
    const { factor: weight, mode } = this.options;
    if (x.rank !== 2) throw new ValueError(`OrthogonalRegularizer needs a matrix, received ${x}`);
    const rows = mode === 'rows';
    const size = x.shape?.[rows ? 0 : 1];
    if (typeof size !== 'number') throw new ValueError(`OrthogonalRegularizer needs a matrix of known size, received ${x}`);
    if (size < 2) return x.graph.constant(0, x.dtype);
    const units = unitVectors(x, rows ? 1 : 0);
    const cosines = matMul(units, units, { transposeA: !rows, transposeB: rows });
    const index = range(x, 0, size);
    const pairs = where(notEqual(reshape(index, [-1, 1]), index), cosines, 0);
    return mul(sum(abs(pairs)), (0.5 * weight) / ((size * (size - 1)) / 2));
  }
}

export const orthogonalRegularizer = factory(OrthogonalRegularizer as new (options?: OptionsOf<typeof fields>) => OrthogonalRegularizer);
