/** The mean of several inputs. */
import type { Output } from '../../graph/graph.js';
import { add, div } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Inputs that broadcast against each other. */
export class Average extends Merge<typeof fields> {
  static readonly className = 'Average';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return div(
      inputs.reduce((a, b) => add(a, b)),
      inputs.length,
    );
  }
}

export const average = factory<MergeOptions | undefined, Average>(Average);
