/** Convolutional long short-term memory over one axis. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { ConvLSTM, convLSTMFields } from './conv-lstm.js';

const fields = convLSTMFields(1);
export type ConvLSTM1DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, width, channels]` to `[batch, newWidth, filters]`, or that for every step with `returnSequences`. */
export class ConvLSTM1D extends ConvLSTM<typeof fields> {
  static readonly className = 'ConvLSTM1D';
  static readonly fields = fields;
}

export const convLstm1d = factory<ConvLSTM1DOptions, ConvLSTM1D>(ConvLSTM1D);
