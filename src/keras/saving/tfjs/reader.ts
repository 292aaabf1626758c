/** Models of tfjs: `model.json` with its weights' files, and tfjs's own objects. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileFormatError } from '../../../errors.js';
import type { Tensor } from '../../../tensor.js';
import { isDictionary } from '../../../tree.js';
import type { Layer } from '../../engine/layer.js';
import type { Model } from '../../engine/model.js';
import type { Weight } from '../../engine/weight.js';
import { isSafeName } from '../archive.js';
import type { ArrayValue } from '../array-value.js';
import { parseJson } from '../json.js';
import { weightValue } from '../layer-weights.js';
import { isKeras3, presentConfig } from '../legacy-config.js';
import { Budget, type ReadLimits } from '../limits.js';
import { compileConfig, type ModelFile, NO_ASSETS } from '../model-file.js';
import { decodeWeights, storedBytes, type WeightSpec, weightSpec } from './weights.js';

/** What tfjs gives to whoever saves a model: the contents of `model.json` and of the weights' files. */
export interface TfjsArtifacts {
  readonly modelTopology?: unknown;
  readonly weightSpecs?: unknown;
  readonly weightData?: unknown;
  readonly trainingConfig?: unknown;
}

/** A `LayersModel` of tfjs, as far as it is needed here. */
export interface TfjsLayersModel {
  readonly name: string;
  readonly layers: readonly unknown[];
  /** Gives the model's contents to a handler of tfjs, whose type only tfjs has. */
  save(handler: never): Promise<unknown>;
}

/** Whether a value is a tfjs model: an object with its methods, of whatever version of the package. */
export function isTfjsModel(value: unknown): value is TfjsLayersModel {
  if (typeof value !== 'object' || value === null) return false;
  const { name, layers, save } = value as Record<string, unknown>;
  return typeof name === 'string' && Array.isArray(layers) && typeof save === 'function';
}

/** Asks a tfjs model for its contents. @throws FileFormatError where they are none that can be read */
export async function openTfjsModel(model: TfjsLayersModel, limits?: ReadLimits): Promise<ModelFile> {
  const name = `the tfjs model \`${model.name}\``;
  const saved: TfjsArtifacts[] = [];
  const handler = {
    save: async (artifacts: TfjsArtifacts) => {
      saved.push(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  };
  await model.save(handler as never);
  const [artifacts] = saved;
  if (artifacts === undefined)
    throw new FileFormatError(name, 'it did not give its contents to the handler that it was to save itself with');
  const specs = specsOf(name, artifacts.weightSpecs);
  const data = concatenated(name, artifacts.weightData);
  return modelFile(name, artifacts, decodeWeights(name, specs, data, new Budget(name, data.length, limits)));
}

function concatenated(name: string, data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (!Array.isArray(data)) throw new FileFormatError(name, 'its weights are no bytes');
  return new Uint8Array(Buffer.concat(data.map((part) => concatenated(name, part))));
}

/** @throws FileFormatError for a file that is no model of layers, damaged or hostile, or whose weights' files are missing or of another size */
export async function openTfjsFile(name: string, bytes: Uint8Array, limits?: ReadLimits): Promise<ModelFile> {
  const json = parseJson(bytes, name, 'the model');
  if (!isDictionary(json)) throw new FileFormatError(name, 'it must be an object');
  if (json.format === 'graph-model')
    throw new FileFormatError(name, 'it is a graph model, which has no layers: convert the Keras model to a layers model instead');
  const { weightsManifest = [] } = json;
  if (!Array.isArray(weightsManifest)) throw new FileFormatError(name, '`weightsManifest` must be a list');
  const groups = weightsManifest.map((group, i) => {
    if (!isDictionary(group) || !Array.isArray(group.paths)) throw new FileFormatError(name, `group ${i} of the weights has no \`paths\``);
    return { paths: group.paths as readonly unknown[], specs: specsOf(name, group.weights) };
  });
  const files = groups.flatMap(({ paths }) => paths.map((path) => shardPath(name, path)));
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice !== undefined) throw new FileFormatError(name, `the weights' file ${twice} is named twice`);
  const sizes = await Promise.all(files.map((file) => sizeOf(name, file)));
  // What is read is what the list describes, so no file can be larger than that.
  const wanted = groups.flatMap((g) => g.specs).reduce((sum, spec) => sum + storedBytes(spec), 0);
  const found = sizes.reduce((a, b) => a + b, 0);
  if (found !== wanted) throw new FileFormatError(name, `the weights need ${wanted} bytes of data, and their files have ${found}`);
  const budget = new Budget(name, bytes.length + found, limits);
  budget.take(found, 'the data of the weights');
  const data = Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
  const values = decodeWeights(
    name,
    groups.flatMap((g) => g.specs),
    new Uint8Array(data),
    budget,
  );
  return modelFile(name, json, values);
}

function shardPath(name: string, path: unknown): string {
  if (typeof path !== 'string' || !isSafeName(path))
    throw new FileFormatError(name, `the weights' file ${JSON.stringify(path)} is no name of a file beside it`);
  return join(dirname(name), path);
}

async function sizeOf(name: string, file: string): Promise<number> {
  const found = await stat(file).catch((cause: Error) => {
    throw new FileFormatError(name, `its weights cannot be read: ${cause.message}`, { cause });
  });
  if (!found.isFile()) throw new FileFormatError(name, `the weights' file ${file} is no file`);
  return found.size;
}

function specsOf(name: string, value: unknown): WeightSpec[] {
  if (!Array.isArray(value)) throw new FileFormatError(name, 'the list of weights is missing');
  return value.map((spec, i) => weightSpec(name, spec, i));
}

function modelFile(name: string, { modelTopology, trainingConfig }: TfjsArtifacts, values: ReadonlyMap<string, ArrayValue>): ModelFile {
  const topology = isDictionary(modelTopology) ? modelTopology : {};
  // The converter puts Keras's config one level deeper than tfjs itself.
  const config = topology.model_config ?? (topology.class_name === undefined ? undefined : topology);
  return {
    name,
    config: isKeras3(topology.keras_version) ? config : presentConfig(withoutNulls(config)),
    compileConfig: compileConfig(trainingConfig ?? topology.training_config),
    assets: NO_ASSETS,
    weights: (model) => assigned(name, model, values),
  };
}

/** tfjs writes `null` for options that it has defaults for. */
function withoutNulls(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(withoutNulls);
  if (!isDictionary(config)) return config;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, withoutNulls(value)]),
  );
}

/**
 * The weights by their order, which is that of tfjs (those that are trained first) or that of the converter (layer by layer); names tell which,
 * since not all of them say in full where a weight belongs.
 */
function assigned(file: string, model: Model, values: ReadonlyMap<string, ArrayValue>): Map<Weight, Tensor> {
  const entries = [...values];
  const owners = ownersOf(model as unknown as Layer);
  const orders = [
    [...model.trainableWeights, ...model.nonTrainableWeights],
    model.layers.flatMap((layer) => [...layer.trainableWeights, ...layer.nonTrainableWeights]),
  ];
  const misplaced = (weights: readonly Weight[]): Weight | undefined =>
    weights.find((weight, i) => !isNameOf(entries[i]?.[0] as string, weight, owners.get(weight) as readonly string[]));
  const [first] = orders as [Weight[], Weight[]];
  if (first.length !== entries.length)
    throw new FileFormatError(file, `the model has ${first.length} weights, and the file ${entries.length}`);
  const order = orders.find((weights) => misplaced(weights) === undefined);
  if (order === undefined) {
    const weight = misplaced(first) as Weight;
    throw new FileFormatError(
      file,
      `the weight \`${weight.path}\` is not where it should be: ${entries[first.indexOf(weight)]?.[0]} is there`,
    );
  }
  return new Map(order.map((weight, i) => [weight, weightValue(file, weight, entries[i]?.[1] as ArrayValue)]));
}

/** The names of all layers around each weight. */
function ownersOf(layer: Layer, around: readonly string[] = []): Map<Weight, readonly string[]> {
  const names = [...around, layer.name];
  const held = [...layer.sublayers.values()].flat() as Layer[];
  return new Map([
    ...layer.ownWeights.map((w): [Weight, readonly string[]] => [w, names]),
    ...held.flatMap((h) => [...ownersOf(h, names)]),
  ]);
}

/** Whether a name such as `lstm/lstm_cell/kernel:0` is that of a weight in layers of the given names. */
function isNameOf(name: string, weight: Weight, owners: readonly string[]): boolean {
  const parts = name.replace(/:0$/, '').split('/');
  // Keras 2 has a longer name for the kernels of depthwise convolutions.
  const kind = (last: string): string => last.replace(/^depthwise_/, '');
  return kind(parts.at(-1) as string) === kind(weight.name) && parts.slice(0, -1).some((part) => owners.includes(part));
}
