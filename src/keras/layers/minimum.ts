/** The smallest of several inputs. */
import type { Output } from '../../graph/graph.js';
import { minimum as minimumOp } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Inputs that broadcast against each other. */
export class Minimum extends Merge<typeof fields> {
  static readonly className = 'Minimum';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return inputs.reduce((a, b) => minimumOp(a, b));
  }
}

export const minimum = factory<MergeOptions | undefined, Minimum>(Minimum);
