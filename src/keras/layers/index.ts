/** All layers: factories for users, classes for files. A layer is added by an export and an entry in the list. */

import { InputLayer } from '../engine/input.js';
import type { Layer } from '../engine/layer.js';
import { Layer as LayerClass } from '../engine/layer.js';
import { Registry, type SerializableClass } from '../serialization/registry.js';
import { Conv2D } from './conv2d.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Flatten } from './flatten.js';

export { conv2d } from './conv2d.js';
export { dense } from './dense.js';
export { dropout } from './dropout.js';
export { flatten } from './flatten.js';

const CLASSES = [InputLayer, Conv2D, Dense, Dropout, Flatten];

export const layerRegistry = new Registry<Layer>('layer', LayerClass as never, CLASSES as unknown as SerializableClass<Layer>[]);
