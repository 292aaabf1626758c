/**
 * Adam with decoupled weight decay: before Adam's step, `w ← w − learningRate · weightDecay · w`.
 *
 * Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, https://arxiv.org/abs/1711.05101.
 */
import { number, type OptionsOf } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { Adam, adamFields } from './adam.js';

const fields = {
  ...adamFields,
  /** The part of a weight that a step with rate 1 takes away, not negative; 0.004 by default. */
  weightDecay: number({ min: 0, default: 0.004 }),
};
export type AdamWOptions = OptionsOf<typeof fields>;

export class AdamW extends Adam {
  static override readonly className = 'AdamW';
  static override readonly fields = fields;
}

export const adamw = factory<AdamWOptions | undefined, AdamW>(AdamW);
