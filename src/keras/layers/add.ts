/** The sum of several inputs. */
import type { Output } from '../../graph/graph.js';
import { add as addOp } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Inputs that broadcast against each other. */
export class Add extends Merge<typeof fields> {
  static readonly className = 'Add';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return inputs.reduce((a, b) => addOp(a, b));
  }
}

export const add = factory<MergeOptions | undefined, Add>(Add);
