/** The difference of two inputs. */
import type { Output } from '../../graph/graph.js';
import { sub } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Two inputs that broadcast against each other. */
export class Subtract extends Merge<typeof fields> {
  static readonly className = 'Subtract';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return sub(...this.two(inputs));
  }
}

export const subtract = factory<MergeOptions | undefined, Subtract>(Subtract);
