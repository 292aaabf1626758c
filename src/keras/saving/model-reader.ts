/**
 * Models from their configs, as Keras 3, Keras 2 and tfjs write them.
 *
 * A functional model is a list of layers, each with the nodes at which it is applied: `keras_history` triples of layer, node and tensor say
 * what to.
 */
import { FileFormatError } from '../../errors.js';
import type { Shape } from '../../tensor-spec.js';
import { isDictionary, mapTree, type Tree } from '../../tree.js';
import { describe } from '../../validate.js';
import { Functional } from '../engine/functional.js';
import { InputLayer } from '../engine/input.js';
import type { KerasTensor } from '../engine/keras-tensor.js';
import type { CallArguments, Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import type { History } from '../engine/model-config.js';
import { OperationLayer } from '../engine/operation-layer.js';
import { Sequential } from '../engine/sequential.js';
import { layerClass, layerRegistry } from '../layers/index.js';
import { deserializeOperation, isOperation } from '../operations/index.js';
import { camelCase, defaultName } from '../serialization/names.js';
import type { KerasConfig } from '../serialization/registry.js';
import { NO_ASSETS } from './model-file.js';

type Json = Readonly<Record<string, unknown>>;

const MODELS = new Set(['Functional', 'Model', 'Sequential']);
/** Options of layers that are layers themselves. */
const HOLDING = ['layer', 'backward_layer', 'cell', 'cells'];

const isHistory = (value: unknown): value is History =>
  Array.isArray(value) &&
  value.length >= 3 &&
  value.length <= 4 &&
  typeof value[0] === 'string' &&
  Number.isInteger(value[1]) &&
  Number.isInteger(value[2]);

/** The tensor of a history, if it is there already. */
type Find = (history: History) => KerasTensor | undefined;

/** A layer that is still to be applied, with its name in the config and what it is to be applied to. */
interface Pending {
  readonly name: string;
  readonly layer: Layer;
  readonly nodes: readonly unknown[];
}

// Far above any vocabulary: a text of one byte takes thirty in memory.
const MAX_ENTRIES = 2 ** 24;

/** What to do about a layer that is not known. */
const ADVICE =
  'write it as a class that extends keras.Layer (a cell: keras.RecurrentCell) and make it known by keras.registerLayer before loading (docs/own-layers.md)';

/** Where a layer is: the names of the models and layers around it with its own, for messages, and where Keras's files keep what belongs to it. */
interface Place {
  readonly path: readonly string[];
  readonly store: string;
}

/** Reads one file's model: keeps the file's name and the path of layers for messages. */
export class ModelReader {
  readonly #file: string;
  readonly #assets: ReadonlyMap<string, Uint8Array>;

  constructor(file: string, assets = NO_ASSETS) {
    this.#file = file;
    this.#assets = assets;
  }

  /** @throws FileFormatError for a config that describes no model, naming the layer */
  model(config: unknown, place: Place = { path: [], store: '' }): Model {
    const { className, options } = this.#object(config, place.path);
    if (className === 'Sequential') return this.#sequential(options, place);
    if (MODELS.has(className) && Array.isArray(options.layers)) return this.#functional(options, place);
    return this.#fail(place.path, `${className} is no functional or sequential model: models that are Python classes cannot be read`);
  }

  #layer(config: unknown, { path, store }: Place): Layer {
    const { className, options } = this.#object(config, path);
    const name = typeof options.name === 'string' ? options.name : className;
    const inside = [...path, name];
    if (isOperation(config)) return this.#guarded(inside, () => deserializeOperation(className, options));
    if (MODELS.has(className) && (Array.isArray(options.layers) || className === 'Sequential'))
      return this.model(config, { path: inside, store });
    const shape = options.batch_shape ?? options.batch_input_shape;
    if (className === 'InputLayer') {
      if (!Array.isArray(shape)) this.#fail(inside, 'an input layer without `batch_shape`');
      if (options.sparse === true || options.ragged === true) this.#fail(inside, 'sparse and ragged inputs are not supported');
      const input = { batchShape: shape as Shape, dtype: (options.dtype ?? 'float32') as never, name };
      return this.#guarded(inside, () => new InputLayer(input) as unknown as Layer);
    }
    const cls = layerClass(config as KerasConfig);
    if (cls === undefined) this.#fail(inside, `unknown layer ${describe(className)}: ${ADVICE}`);
    const complete = this.#withVocabulary(this.#withLayers(options, { path: inside, store }), store);
    return this.#guarded(inside, () => layerRegistry.make(cls, complete));
  }

  /** The layers of a list of configs, which Keras's files name by class, numbered where it comes again. */
  #layers(configs: readonly unknown[], { path, store }: Place): Layer[] {
    const counts = new Map<string, number>();
    return configs.map((config) => {
      if (isOperation(config)) return this.#layer(config, { path, store: '' });
      const name = defaultName(this.#object(config, path).className);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return this.#layer(config, { path, store: `${store}layers/${name}${count === 0 ? '' : `_${count}`}/` });
    });
  }

  /** The config of a lookup, with the vocabulary that Keras keeps in a file where it was adapted: an entry a line. */
  #withVocabulary(options: Json, store: string): Json {
    const file = this.#assets.get(`${store}vocabulary.txt`);
    if (file === undefined || (options.vocabulary ?? null) !== null) return options;
    const entries = file.reduce((count, byte) => count + Number(byte === 0x0a), 0);
    if (entries > MAX_ENTRIES) this.#fail([], `${store}vocabulary.txt has more than ${MAX_ENTRIES} entries`);
    const lines = new TextDecoder().decode(file).split('\n');
    while (lines.at(-1) === '') lines.pop();
    return { ...options, vocabulary: options.vocabulary_dtype === 'int64' ? lines.map(Number) : lines };
  }

  /** The config of a layer that holds others, with those made: they may be models. */
  #withLayers(options: Json, { path, store }: Place): Json {
    const made = (value: unknown, key: string): unknown =>
      isDictionary(value) ? this.#layer(value, { path, store: `${store}${key}/` }) : value;
    // A layer of one's own may have an option `layers` of another kind.
    if (Array.isArray(options.layers) && options.layers.every((v) => isDictionary(v) && 'class_name' in v))
      return { ...options, layers: this.#layers(options.layers, { path, store }) };
    return Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        HOLDING.includes(key) ? (Array.isArray(value) ? value.map((v) => made(v, key)) : made(value, key)) : value,
      ]),
    );
  }

  #sequential(options: Json, place: Place): Model {
    const { path } = place;
    const list = (Array.isArray(options) ? options : options.layers) as unknown;
    if (!Array.isArray(list)) this.#fail(path, 'a sequential model without layers');
    const layers = this.#layers(list as unknown[], place);
    const [first] = list as unknown[];
    const shape =
      isDictionary(first) && isDictionary(first.config) ? (first.config.batch_shape ?? first.config.batch_input_shape) : undefined;
    const name = typeof options.name === 'string' ? { name: options.name } : {};
    return this.#guarded(path, () => {
      const model = new Sequential(layers, { ...name, trainable: options.trainable !== false });
      // Old files give the input's shape with the first layer, or with the model.
      const own = Array.isArray(shape) ? shape : options.build_input_shape;
      if (!(layers[0] instanceof InputLayer) && Array.isArray(own)) model.buildFor(own as Shape);
      return model;
    });
  }

  #functional(options: Json, place: Place): Model {
    const { path } = place;
    const configs = options.layers as readonly unknown[];
    const layers = new Map<string, Layer>();
    const pending: Pending[] = [];
    this.#layers(configs, place).forEach((layer, i) => {
      const { name: given, inbound_nodes: nodes } = configs[i] as Json;
      const name = typeof given === 'string' ? given : layer.name;
      layers.set(name, layer);
      if (Array.isArray(nodes)) pending.push({ name, layer, nodes });
    });
    const first = firstNodes(options);
    const finder =
      (numbers: ReadonlyMap<string, number>): Find =>
      ([name, node, index]) =>
        layers.get(name)?.nodes[node - (numbers.get(name) ?? 0)]?.outputs[index];
    this.#connect(pending, first, finder(first.inside), path);
    // Keras 2 and tfjs write a single tensor as a list of one.
    const single = (value: unknown): unknown => (first.isOld && Array.isArray(value) && value.length === 1 ? value[0] : value);
    const resolve = (value: unknown): Tree<KerasTensor> => this.#tensors(single(value), finder(first.ends), path);
    const name = typeof options.name === 'string' ? { name: options.name } : {};
    const ends = { inputs: resolve(options.input_layers), outputs: resolve(options.output_layers) };
    return this.#guarded(path, () => new Functional({ ...ends, ...name, trainable: options.trainable !== false }));
  }

  /** Applies the layers at their nodes, each when all that it needs is there: then those that wait for it go on. */
  #connect(pending: readonly Pending[], first: FirstNodes, find: Find, path: readonly string[]): void {
    const waiting = new Map<string, Generator<History>[]>();
    const ready = pending.map((one) =>
      this.#calls(one, find, path, (key) => {
        for (const calls of waiting.get(key) ?? []) ready.push(calls);
        waiting.delete(key);
      }),
    );
    // The list grows while it is walked.
    for (const calls of ready) {
      const { value, done } = calls.next();
      if (done === true) continue;
      const [name, node] = value;
      const key = `${name} ${node - (first.inside.get(name) ?? 0)}`;
      const others = waiting.get(key);
      if (others === undefined) waiting.set(key, [calls]);
      else others.push(calls);
    }
    const stuck = pending.find(({ layer, nodes }) => layer.nodes.length < nodes.length);
    if (stuck !== undefined) this.#fail([...path, stuck.layer.name], 'it is applied to something that is not in the model');
  }

  /** Applies a layer at its nodes in turn; stops at each tensor that is not there yet. */
  *#calls({ name, layer, nodes }: Pending, find: Find, path: readonly string[], applied: (key: string) => void): Generator<History> {
    const inside = [...path, layer.name];
    for (const [i, node] of nodes.entries()) {
      const { inputs, args } = parseNode(node, layer) ?? this.#fail(inside, `inbound node ${i} has no known form`);
      for (const history of histories([inputs, args])) if (find(history) === undefined) yield history;
      const values = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, this.#argument(value, find, path)]));
      const tensors = this.#tensors(inputs, find, path);
      this.#guarded(inside, () => layer.apply(tensors, values as CallArguments));
      applied(`${name} ${layer.nodes.length - 1}`);
    }
  }

  /** What `fn` gives; an error names the place. */
  #guarded<T>(path: readonly string[], fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      return this.#fail(path, (error as Error).message, error);
    }
  }

  /** Keras tensors for a structure of histories; a triple by itself is one tensor. */
  #tensors(value: unknown, find: Find, path: readonly string[]): Tree<KerasTensor> {
    const history = historyOf(value);
    if (history !== undefined) {
      const [name, node, index] = history;
      return find(history) ?? this.#fail(path, `there is no output ${index} of node ${node} of a layer ${describe(name)}`);
    }
    if (Array.isArray(value)) return value.map((v) => this.#tensors(v, find, path));
    if (isDictionary(value)) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, this.#tensors(v, find, path)]));
    return this.#fail(path, `${describe(value)} is no reference to a tensor`);
  }

  /** An argument of a call, in which tensors may stand among other values. */
  #argument(value: unknown, find: Find, path: readonly string[]): unknown {
    if (histories(value).length === 0) return value;
    if (historyOf(value) !== undefined) return this.#tensors(value, find, path);
    const inside = (v: unknown): unknown => this.#argument(v, find, path);
    return Array.isArray(value) ? value.map(inside) : Object.fromEntries(Object.entries(value as Json).map(([key, v]) => [key, inside(v)]));
  }

  #object(config: unknown, path: readonly string[]): { className: string; options: Json } {
    if (!isDictionary(config) || typeof config.class_name !== 'string') this.#fail(path, 'a config without `class_name`');
    const { class_name: className, config: options } = config as unknown as KerasConfig;
    if (!isDictionary(options) && !Array.isArray(options)) this.#fail(path, `the config of ${className} must be an object`);
    return { className, options };
  }

  #fail(path: readonly string[], message: string, cause?: unknown): never {
    // It names the file and the place already.
    if (cause instanceof FileFormatError) throw cause;
    throw new FileFormatError(
      this.#file,
      path.length === 0 ? message : `layer \`${path.join('/')}\`: ${message}`,
      cause === undefined ? {} : { cause },
    );
  }
}

interface FirstNodes {
  /** Whether the config has the form of Keras 2 and tfjs. */
  readonly isOld: boolean;
  readonly inside: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<string, number>;
}

/**
 * The numbers of nested models' first nodes, by name: in what layers are applied to, and in the model's own inputs and outputs.
 *
 * A model that was made with an input counts a node of its own in Keras 2 and tfjs, which all numbers after it show; in Keras 3 a functional
 * one counts it too, but only among inputs and outputs.
 */
function firstNodes({ layers, input_layers: inputs, output_layers: outputs }: Json): FirstNodes {
  const configs = layers as readonly Json[];
  const models = configs.filter((c) => MODELS.has(c.class_name as string));
  const lists = configs.map((c) => c.inbound_nodes).filter(Array.isArray);
  const isKeras3 = lists.flat().every(isDictionary);
  if (isKeras3) {
    const ends = new Map(models.map((c): [string, number] => [c.name as string, c.class_name === 'Sequential' ? 0 : 1]));
    return { isOld: false, inside: new Map(), ends };
  }
  const lowest = new Map<string, number>();
  for (const [name, node] of histories([lists, inputs, outputs])) lowest.set(name, Math.min(node, lowest.get(name) ?? node));
  const first = new Map(models.map((c): [string, number] => [c.name as string, lowest.get(c.name as string) ?? 0]));
  return { isOld: true, inside: first, ends: first };
}

/** A tensor's history in either form, or `undefined`. */
function historyOf(value: unknown): History | undefined {
  if (isDictionary(value) && value.class_name === '__keras_tensor__' && isDictionary(value.config) && isHistory(value.config.keras_history))
    return value.config.keras_history;
  return isHistory(value) ? value : undefined;
}

function histories(value: unknown): History[] {
  const own = historyOf(value);
  if (own !== undefined) return [own];
  if (Array.isArray(value)) return value.flatMap(histories);
  return isDictionary(value) ? Object.values(value).flatMap(histories) : [];
}

/** What a layer is applied to at a node: Keras 3's `{ args, kwargs }`, or Keras 2's list of `[layer, node, tensor, kwargs]`. */
function parseNode(node: unknown, layer: Layer): { inputs: unknown; args: Record<string, unknown> } | undefined {
  if (layer instanceof OperationLayer && isDictionary(node) && Array.isArray(node.args))
    return { inputs: [], args: { args: node.args, ...callArguments(node.kwargs) } };
  if (isDictionary(node) && Array.isArray(node.args)) {
    const [inputs, ...more] = node.args as unknown[];
    const names = (layer.constructor as { callArguments?: readonly string[] }).callArguments ?? [];
    const positional = Object.fromEntries(more.map((value, i) => [names[i] ?? `argument${i + 1}`, value]));
    // Keras 3 writes each layer's own default; in a run the mode of the run counts, whatever a file says.
    const { training: _, ...named } = callArguments(node.kwargs);
    return { inputs, args: { ...positional, ...named } };
  }
  if (isHistory(node)) return { inputs: [...node].slice(0, 3), args: callArguments((node as readonly unknown[])[3]) };
  if (Array.isArray(node) && node.length > 0 && node.every(isHistory)) {
    const inputs = node.map((entry) => [...entry].slice(0, 3));
    return { inputs: node.length === 1 ? inputs[0] : inputs, args: callArguments((node[0] as unknown as readonly unknown[])[3]) };
  }
  if (isDictionary(node)) return { inputs: mapTree(node as Tree<unknown>, (v) => v), args: {} };
  return undefined;
}

const callArguments = (kwargs: unknown): Record<string, unknown> =>
  isDictionary(kwargs)
    ? Object.fromEntries(
        Object.entries(kwargs)
          .filter(([, v]) => v !== null)
          .map(([k, v]) => [camelCase(k), v]),
      )
    : {};
