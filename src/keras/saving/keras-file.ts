/** `.keras` files as models. */
import { isDictionary } from '../../tree.js';
import type { Layer } from '../engine/layer.js';
import { readArchive } from './archive.js';
import { openHdf5 } from './hdf5/index.js';
import { readLayerWeights } from './layer-weights.js';
import { isKeras3, presentConfig } from './legacy-config.js';
import { Budget, type ReadLimits } from './limits.js';
import { compileConfig, type ModelFile } from './model-file.js';

/** @throws FileFormatError for an archive that is damaged or hostile */
export function openKerasFile(name: string, bytes: Uint8Array, limits?: ReadLimits): ModelFile {
  // One for both: a bomb may hold another.
  const budget = new Budget(name, bytes.length, limits);
  const { config, metadata, weights, assets } = readArchive(bytes, name, budget);
  const root = openHdf5(weights, name, budget);
  return {
    name,
    config: isKeras3(metadata.keras_version) ? config : presentConfig(config),
    compileConfig: isDictionary(config) ? compileConfig(config.compile_config) : null,
    assets,
    weights: (model) => readLayerWeights(name, model as unknown as Layer, root),
  };
}
