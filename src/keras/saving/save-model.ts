/** Writing models to files. */

import { basename, dirname, join } from 'node:path';
import { ValueError } from '../../errors.js';
import { checkString } from '../../validate.js';
import type { Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import { writeArchive } from './archive.js';
import { writeHdf5 } from './hdf5/index.js';
import { layerContent } from './layer-weights.js';
import { modelConfig } from './model-config.js';
import { NO_ASSETS } from './model-file.js';
import { replaceFile } from './replace-file.js';
import { tfjsFiles } from './tfjs/writer.js';

/** The Keras whose format is written. */
const KERAS_VERSION = '3.15.1';

/**
 * Writes a model with its weights as a `.keras` file that Python's Keras 3 opens or as tfjs's `model.json`, or its weights alone as `.weights.h5`.
 *
 * Each file is written beside its place and renamed: what was there before is not lost when writing fails. A folder that is not there is made.
 * Equal models give equal files.
 *
 * @throws ValueError for another ending, or a layer that cannot be written
 */
export async function saveModel(model: Model, path: string): Promise<void> {
  checkString('path', path);
  if (basename(path) === 'model.json') {
    for (const [name, bytes] of tfjsFiles(model)) await replaceFile(join(dirname(path), name), bytes);
    return;
  }
  const isWeights = path.endsWith('.weights.h5');
  if (!isWeights && !path.endsWith('.keras'))
    throw new ValueError(`\`path\` must end with .keras or .weights.h5, or be a model.json, received ${JSON.stringify(path)}`);
  const weights = await writeHdf5(layerContent(model as unknown as Layer));
  await replaceFile(
    path,
    isWeights
      ? weights
      : writeArchive({ config: modelConfig(model), metadata: { keras_version: KERAS_VERSION }, weights, assets: NO_ASSETS }),
  );
}
