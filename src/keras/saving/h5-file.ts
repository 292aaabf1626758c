/**
 * `.h5` files as models, or weights alone: Keras 2's layout, and `.weights.h5` of Keras 3.
 *
 * Keras 2 has the model's config as an attribute, and one group per layer with its weights by name (`keras/src/legacy/saving/legacy_h5_format.py`):
 * in the group `model_weights`, or at the root of a file of weights alone.
 */
import { FileFormatError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import type { Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import type { Weight } from '../engine/weight.js';
import { type Hdf5Group, openHdf5 } from './hdf5/index.js';
import { parseJsonText } from './json.js';
import { readLayerWeights, weightValue } from './layer-weights.js';
import { isKeras3, presentConfig } from './legacy-config.js';
import { Budget, type ReadLimits } from './limits.js';
import { compileConfig, type ModelFile, NO_ASSETS } from './model-file.js';

/** @throws FileFormatError for a file that is damaged or hostile */
export function openH5File(name: string, bytes: Uint8Array, limits?: ReadLimits): ModelFile {
  const root = openHdf5(bytes, name, new Budget(name, bytes.length, limits));
  const json = (attribute: string): unknown => {
    const text = root.text(attribute);
    return text === undefined ? undefined : parseJsonText(text, name, attribute);
  };
  const config = json('model_config');
  return {
    name,
    config: config === undefined || isKeras3(root.text('keras_version')) ? config : presentConfig(config),
    compileConfig: compileConfig(json('training_config')),
    assets: NO_ASSETS,
    weights: (model) => {
      const whole = root.group('model_weights');
      if (whole === undefined && config !== undefined) throw new FileFormatError(name, 'it has no group model_weights');
      const group = whole ?? root;
      return texts(group, 'layer_names') === undefined
        ? readLayerWeights(name, model as unknown as Layer, group)
        : readByLayer(name, model, group);
    },
  };
}

/** A list of texts in an attribute, or, where that would be too long for HDF5, in several: `layer_names0`, `layer_names1` … */
function texts(group: Hdf5Group | undefined, name: string): readonly string[] | undefined {
  const whole = group?.texts(name);
  if (group === undefined || whole !== undefined) return whole;
  const parts: (readonly string[])[] = [];
  for (let part = group.texts(`${name}0`); part !== undefined; part = group.texts(`${name}${parts.length}`)) parts.push(part);
  return parts.length === 0 ? undefined : parts.flat();
}

/** Values from a group per layer: by the layers' names, or, where those are others, in their order, as Keras does. */
function readByLayer(file: string, model: Model, weights: Hdf5Group): Map<Weight, Tensor> {
  const stored = new Map<string, readonly string[]>();
  for (const name of texts(weights, 'layer_names') ?? []) {
    const names = texts(weights.group(name), 'weight_names') ?? [];
    if (names.length > 0) stored.set(name, names);
  }
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  if (stored.size !== layers.length)
    throw new FileFormatError(file, `the model has ${layers.length} layers with weights, and the file ${stored.size}`);
  const inOrder = [...stored.keys()];
  const byName = layers.every((layer) => stored.has(layer.name));
  const values = new Map<Weight, Tensor>();
  layers.forEach((layer, i) => {
    const group = byName ? layer.name : (inOrder[i] as string);
    const names = stored.get(group) as readonly string[];
    const own = [...layer.trainableWeights, ...layer.nonTrainableWeights];
    if (names.length !== own.length)
      throw new FileFormatError(file, `the layer \`${layer.name}\` has ${own.length} weights, and ${names.length} in the file`);
    own.forEach((weight, k) => {
      const dataset = weights.group(group)?.dataset(names[k] as string);
      if (dataset === undefined) throw new FileFormatError(file, `the weight ${names[k]} of layer \`${layer.name}\` is missing`);
      values.set(weight, weightValue(file, weight, dataset.read()));
    });
  });
  return values;
}
