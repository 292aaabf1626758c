/** The product of several inputs. */
import type { Output } from '../../graph/graph.js';
import { mul } from '../../graph/ops/math.js';
import { factory } from '../serialization/keras-object.js';
import { Merge, type MergeOptions } from './merge.js';

const fields = {};

/** Inputs that broadcast against each other. */
export class Multiply extends Merge<typeof fields> {
  static readonly className = 'Multiply';
  static readonly fields = fields;

  protected override merge(inputs: readonly Output[]): Output {
    return inputs.reduce((a, b) => mul(a, b));
  }
}

export const multiply = factory<MergeOptions | undefined, Multiply>(Multiply);
