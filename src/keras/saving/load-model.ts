/** Loading models from files. */
import { readFile } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import { checkOptions, checkString } from '../../validate.js';
import type { Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import type { Weight } from '../engine/weight.js';
import { readArchive } from './archive.js';
import { type Hdf5Group, openHdf5 } from './hdf5/index.js';
import { parseJsonText } from './json.js';
import { readLayerWeights, weightValue } from './layer-weights.js';
import type { ReadLimits } from './limits.js';
import { ModelReader } from './model-config.js';

export interface LoadModelOptions {
  /** What a file may unpack to; files are taken to be hostile. */
  readonly limits?: ReadLimits;
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * Loads a model with its weights from a `.keras` file (Keras 3 or 2) or an `.h5` file (Keras 2).
 *
 * What the file says about compiling is left out: the model comes as `fromKerasModel` takes it.
 *
 * @throws FileFormatError for a file that is damaged, hostile or not supported, naming what is wrong; nothing is loaded then
 */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  checkString('path', path);
  checkOptions('options', options, ['limits']);
  const bytes = new Uint8Array(await readFile(path));
  if (bytes.length === 0) throw new FileFormatError(path, 'the file is empty');
  return isZip(bytes) ? fromArchive(path, bytes, options.limits) : fromHdf5(path, openHdf5(bytes, path, options.limits));
}

function fromArchive(path: string, bytes: Uint8Array, limits: ReadLimits | undefined): Model {
  const { config, weights } = readArchive(bytes, path, limits);
  const model = new ModelReader(path).model(config);
  assign(readLayerWeights(path, model as unknown as Layer, openHdf5(weights, path, limits)));
  return model;
}

/** Keras 2's file: the config in an attribute, and a group of named weights per layer. */
function fromHdf5(path: string, root: Hdf5Group): Model {
  const config = root.text('model_config');
  if (config === undefined)
    throw new FileFormatError(path, 'it holds no model: there is no attribute model_config (a file of weights alone?)');
  const model = new ModelReader(path).model(parseJsonText(config, path, 'model_config'));
  const weights = root.group('model_weights');
  if (weights === undefined) throw new FileFormatError(path, 'it has no group model_weights');
  const values = new Map<Weight, Tensor>();
  for (const layer of model.layers) {
    const own = [...layer.trainableWeights, ...layer.nonTrainableWeights];
    const group = weights.group(layer.name);
    const names = group?.texts('weight_names') ?? [];
    if (names.length !== own.length)
      throw new FileFormatError(path, `the layer \`${layer.name}\` has ${own.length} weights, and ${names.length} in the file`);
    own.forEach((weight, i) => {
      const dataset = group?.dataset(names[i] as string);
      if (dataset === undefined) throw new FileFormatError(path, `the weight ${names[i]} of layer \`${layer.name}\` is missing`);
      values.set(weight, weightValue(path, weight, dataset.read()));
    });
  }
  assign(values);
  return model;
}

function assign(values: ReadonlyMap<Weight, Tensor>): void {
  for (const [weight, value] of values) weight.value = value;
}
