/** The largest of several inputs. */
import type { Output } from '../../graph/graph.js';
import { maximum as maximumOp } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Inputs that broadcast against each other. */
export class Maximum extends Merge<typeof fields> {
  static readonly className = 'Maximum';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return inputs.reduce((a, b) => maximumOp(a, b));
  }
}

export const maximum = factory<MergeOptions | undefined, Maximum>(Maximum);
