/** Loading models, or weights, from files. */
import { readFile, stat } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import { checkOptions, checkString } from '../../validate.js';
import type { Model } from '../engine/model.js';
import { openH5File } from './h5-file.js';
import { openKerasFile } from './keras-file.js';
import type { ReadLimits } from './limits.js';
import type { ModelFile } from './model-file.js';
import { ModelReader } from './model-reader.js';
import { isTfjsModel, openTfjsFile, openTfjsModel, type TfjsLayersModel } from './tfjs/reader.js';

// What Node reads into one array.
const MAX_BYTES = 2 ** 31 - 1;

export interface LoadModelOptions {
  /** What a file may unpack to; files are taken to be hostile. */
  readonly limits?: ReadLimits;
}

/**
 * Loads a model with its weights from a `.keras` file (Keras 3 or 2), an `.h5` file (Keras 2), tfjs's `model.json` with its weights' files
 * beside it, or takes them from a `LayersModel` of tfjs.
 *
 * The model is not compiled, whatever the file says: `fromKerasModel` takes it as it is. What the file says is the model's `compileConfig`.
 *
 * @throws FileFormatError for a file that is damaged, hostile or not supported, naming what is wrong; nothing is loaded then
 */
export async function loadModel(source: string | TfjsLayersModel, options: LoadModelOptions = {}): Promise<Model> {
  const file = await openFile(source, options);
  if (file.config === undefined)
    throw new FileFormatError(file.name, 'it holds weights alone, no model: make the model and call its `loadWeights`');
  const model = new ModelReader(file.name, file.assets).model(file.config);
  assignWeights(model, file);
  model.compileConfig = file.compileConfig;
  return model;
}

/** Gives a model the weights of a file: see `Model.loadWeights`. */
export async function loadWeights(model: Model, source: string | TfjsLayersModel, options: LoadModelOptions = {}): Promise<void> {
  assignWeights(model, await openFile(source, options));
}

async function openFile(source: string | TfjsLayersModel, options: LoadModelOptions): Promise<ModelFile> {
  checkOptions('options', options, ['limits']);
  if (isTfjsModel(source)) return openTfjsModel(source, options.limits);
  const path = checkString('path', source);
  const found = await stat(path);
  if (found.isDirectory())
    throw new FileFormatError(path, 'it is a folder: SavedModels cannot be read, save the model as a .keras file instead');
  if (!found.isFile()) throw new FileFormatError(path, 'it is no file');
  if (found.size > MAX_BYTES) throw new FileFormatError(path, `it has ${found.size} bytes, more than the ${MAX_BYTES} that can be read`);
  const bytes = new Uint8Array(await readFile(path));
  if (bytes.length === 0) throw new FileFormatError(path, 'the file is empty');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return openKerasFile(path, bytes, options.limits);
  if (path.endsWith('.json')) return openTfjsFile(path, bytes, options.limits);
  return openH5File(path, bytes, options.limits);
}

/** All or none: every value is read before the first is set. */
function assignWeights(model: Model, file: ModelFile): void {
  for (const [weight, value] of file.weights(model)) weight.value = value;
}
