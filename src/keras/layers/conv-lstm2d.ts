/** Convolutional long short-term memory over two axes. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { ConvLSTM, convLSTMFields } from './conv-lstm.js';

const fields = convLSTMFields(2);
export type ConvLSTM2DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, height, width, channels]` to `[batch, newHeight, newWidth, filters]`, or that for every step with `returnSequences`. */
export class ConvLSTM2D extends ConvLSTM<typeof fields> {
  static readonly className = 'ConvLSTM2D';
  static readonly fields = fields;
}

export const convLstm2d = factory<ConvLSTM2DOptions, ConvLSTM2D>(ConvLSTM2D);
