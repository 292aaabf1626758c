/** Convolutional long short-term memory over three axes. */
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { ConvLSTM, convLSTMFields } from './conv-lstm.js';

const fields = convLSTMFields(3);
export type ConvLSTM3DOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, depth, height, width, channels]` to `[batch, newDepth, newHeight, newWidth, filters]`, or that for every step with `returnSequences`. */
export class ConvLSTM3D extends ConvLSTM<typeof fields> {
  static readonly className = 'ConvLSTM3D';
  static readonly fields = fields;
}

export const convLstm3d = factory<ConvLSTM3DOptions, ConvLSTM3D>(ConvLSTM3D);
