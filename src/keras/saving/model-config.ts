/** Models' configs as files have them. */
import { ValueError } from '../../errors.js';
import { Functional } from '../engine/functional.js';
import type { Model } from '../engine/model.js';
import { Sequential } from '../engine/sequential.js';
import type { KerasConfig } from '../serialization/registry.js';

/** A model's config in Keras 3's form. @throws ValueError for one that is neither functional nor sequential */
export function modelConfig(model: Model): KerasConfig {
  if (model instanceof Functional || model instanceof Sequential) return model.serialize();
  throw new ValueError(`the model \`${model.name}\` must be functional or sequential to be written`);
}
