/** All layers: factories for users, classes for files. A layer is added by an export and an entry in the list. */
import { InputLayer } from '../engine/input.js';
import { Layer } from '../engine/layer.js';
import { Registry, type SerializableClass } from '../serialization/registry.js';
import { Activation } from './activation.js';
import { Add } from './add.js';
import { AveragePooling1D } from './average-pooling1d.js';
import { AveragePooling2D } from './average-pooling2d.js';
import { AveragePooling3D } from './average-pooling3d.js';
import { BatchNormalization } from './batch-normalization.js';
import { Concatenate } from './concatenate.js';
import { Conv2D } from './conv2d.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Flatten } from './flatten.js';
import { MaxPooling1D } from './max-pooling1d.js';
import { MaxPooling2D } from './max-pooling2d.js';
import { MaxPooling3D } from './max-pooling3d.js';
import { Reshape } from './reshape.js';

export { activation } from './activation.js';
export { add } from './add.js';
export { averagePooling1d } from './average-pooling1d.js';
export { averagePooling2d } from './average-pooling2d.js';
export { averagePooling3d } from './average-pooling3d.js';
export { batchNormalization } from './batch-normalization.js';
export { concatenate } from './concatenate.js';
export { conv2d } from './conv2d.js';
export { dense } from './dense.js';
export { dropout } from './dropout.js';
export { flatten } from './flatten.js';
export { maxPooling1d } from './max-pooling1d.js';
export { maxPooling2d } from './max-pooling2d.js';
export { maxPooling3d } from './max-pooling3d.js';
export { reshape } from './reshape.js';

const CLASSES = [
  InputLayer,
  Activation,
  Add,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  BatchNormalization,
  Concatenate,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Reshape,
];

export const layerRegistry = new Registry<Layer>('layer', Layer as never, CLASSES as unknown as SerializableClass<Layer>[]);
