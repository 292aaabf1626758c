/**
 * Models from their configs and back.
 *
 * Reads what Keras 3, Keras 2 and tfjs write; writes Keras 3's form. A functional model is a list of layers, each with the nodes at which it is
 * applied: `keras_history` triples of layer, node and tensor say what to.
 */
import { FileFormatError, ValueError } from '../../errors.js';
import type { Shape } from '../../tensor-spec.js';
import { isDictionary, mapTree, type Tree } from '../../tree.js';
import { describe } from '../../validate.js';
import { Functional } from '../engine/functional.js';
import { InputLayer } from '../engine/input.js';
import { KerasTensor, type Node } from '../engine/keras-tensor.js';
import type { CallArguments, Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import { OperationLayer } from '../engine/operation-layer.js';
import { Sequential } from '../engine/sequential.js';
import { layerRegistry } from '../layers/index.js';
import { deserializeOperation, isOperation } from '../operations/index.js';
import { camelCase, snakeCase } from '../serialization/names.js';
import type { KerasConfig } from '../serialization/registry.js';

type Json = Readonly<Record<string, unknown>>;
/** Where a tensor comes from: a layer's name, which of its nodes, which of the node's outputs. */
type History = readonly [string, number, number];

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

/** Reads one file's model: keeps the file's name and the path of layers for messages. */
export class ModelReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws FileFormatError for a config that describes no model, naming the layer */
  model(config: unknown, path: readonly string[] = []): Model {
    const { className, options } = this.#object(config, path);
    if (className === 'Sequential') return this.#sequential(options, path);
    if (MODELS.has(className) && Array.isArray(options.layers)) return this.#functional(options, path);
    return this.#fail(path, `${className} is no functional or sequential model: models that are Python classes cannot be read`);
  }

  #layer(config: unknown, path: readonly string[]): Layer {
    const { className, options } = this.#object(config, path);
    const name = typeof options.name === 'string' ? options.name : className;
    const inside = [...path, name];
    if (isOperation(config)) {
      try {
        return deserializeOperation(className, options);
      } catch (error) {
        return this.#fail(inside, (error as Error).message, error);
      }
    }
    if (MODELS.has(className) && (Array.isArray(options.layers) || className === 'Sequential')) return this.model(config, inside);
    const shape = options.batch_shape ?? options.batch_input_shape;
    if (className === 'InputLayer') {
      if (!Array.isArray(shape)) this.#fail(inside, 'an input layer without `batch_shape`');
      return new InputLayer({ batchShape: shape as Shape, dtype: (options.dtype ?? 'float32') as never, name }) as unknown as Layer;
    }
    const cls = layerRegistry.find(className);
    if (cls === undefined) {
      this.#fail(
        inside,
        `unknown layer ${describe(className)}. Write it as a Layer and register it with keras.registerLayer before loading (docs/own-layers.md)`,
      );
    }
    try {
      return layerRegistry.make(cls, this.#withLayers(options, inside));
    } catch (error) {
      return this.#fail(inside, (error as Error).message, error);
    }
  }

  /** The config of a layer that holds others, with those made: they may be models. */
  #withLayers(options: Json, path: readonly string[]): Json {
    const made = (value: unknown): unknown => (isDictionary(value) ? this.#layer(value, path) : value);
    return Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        HOLDING.includes(key) ? (Array.isArray(value) ? value.map(made) : made(value)) : value,
      ]),
    );
  }

  #sequential(options: Json, path: readonly string[]): Model {
    const list = (Array.isArray(options) ? options : options.layers) as unknown;
    if (!Array.isArray(list)) this.#fail(path, 'a sequential model without layers');
    const layers = (list as unknown[]).map((config) => this.#layer(config, path));
    const [first] = list as unknown[];
    const shape =
      isDictionary(first) && isDictionary(first.config) ? (first.config.batch_shape ?? first.config.batch_input_shape) : undefined;
    const name = typeof options.name === 'string' ? { name: options.name } : {};
    try {
      const model = new Sequential(layers, name);
      // Old files give the input's shape with the first layer, or with the model.
      const own = Array.isArray(shape) ? shape : options.build_input_shape;
      if (!(layers[0] instanceof InputLayer) && Array.isArray(own)) model.buildFor(own as Shape);
      return model;
    } catch (error) {
      return this.#fail(path, (error as Error).message, error);
    }
  }

  #functional(options: Json, path: readonly string[]): Model {
    const configs = options.layers as readonly unknown[];
    const layers = new Map<string, Layer>();
    const pending: { layer: Layer; nodes: readonly unknown[] }[] = [];
    for (const config of configs) {
      const layer = this.#layer(config, path);
      const { name, inbound_nodes: nodes } = config as Json;
      layers.set(typeof name === 'string' ? name : layer.name, layer);
      if (Array.isArray(nodes)) pending.push({ layer, nodes });
    }
    this.#connect(layers, pending, path);
    const resolve = (value: unknown): Tree<KerasTensor> => this.#tensors(value, layers, path);
    try {
      const name = typeof options.name === 'string' ? { name: options.name } : {};
      return new Functional({
        inputs: resolve(options.input_layers),
        outputs: resolve(options.output_layers),
        ...name,
        trainable: options.trainable !== false,
      });
    } catch (error) {
      return this.#fail(path, (error as Error).message, error);
    }
  }

  /** Applies the layers at their nodes, each when all that it needs is there. */
  #connect(
    layers: ReadonlyMap<string, Layer>,
    pending: readonly { layer: Layer; nodes: readonly unknown[] }[],
    path: readonly string[],
  ): void {
    const queues = pending.map(({ layer, nodes }) => ({ layer, nodes, next: 0 }));
    for (let progress = true; progress; ) {
      progress = false;
      for (const queue of queues) {
        while (queue.next < queue.nodes.length) {
          const call = parseNode(queue.nodes[queue.next], queue.layer);
          if (call === undefined) this.#fail([...path, queue.layer.name], `inbound node ${queue.next} has no known form`);
          const { inputs, args } = call as { inputs: unknown; args: Record<string, unknown> };
          if (![inputs, args].every((v) => histories(v).every(([name, node]) => (layers.get(name)?.nodes.length ?? -1) > node))) break;
          const values = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, this.#argument(value, layers, path)]));
          this.#apply(queue.layer, this.#tensors(inputs, layers, path), values as CallArguments, path);
          queue.next += 1;
          progress = true;
        }
      }
    }
    const stuck = queues.find((q) => q.next < q.nodes.length);
    if (stuck !== undefined) this.#fail([...path, stuck.layer.name], 'it is applied to something that is not in the model');
  }

  #apply(layer: Layer, inputs: Tree<KerasTensor>, args: CallArguments, path: readonly string[]): void {
    try {
      layer.apply(inputs, args);
    } catch (error) {
      this.#fail([...path, layer.name], (error as Error).message, error);
    }
  }

  /** Keras tensors for a structure of histories; a triple by itself is one tensor. */
  #tensors(value: unknown, layers: ReadonlyMap<string, Layer>, path: readonly string[]): Tree<KerasTensor> {
    const history = historyOf(value);
    if (history !== undefined) {
      const [name, node, index] = history;
      const t = layers.get(name)?.nodes[node]?.outputs[index];
      return t ?? this.#fail(path, `there is no output ${index} of node ${node} of a layer ${describe(name)}`);
    }
    if (Array.isArray(value)) return value.map((v) => this.#tensors(v, layers, path));
    if (isDictionary(value)) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, this.#tensors(v, layers, path)]));
    return this.#fail(path, `${describe(value)} is no reference to a tensor`);
  }

  /** An argument of a call, in which tensors may stand among other values. */
  #argument(value: unknown, layers: ReadonlyMap<string, Layer>, path: readonly string[]): unknown {
    if (histories(value).length === 0) return value;
    if (historyOf(value) !== undefined) return this.#tensors(value, layers, path);
    const inside = (v: unknown): unknown => this.#argument(v, layers, path);
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
  if (layer instanceof OperationLayer && isDictionary(node))
    return { inputs: [], args: { args: node.args, ...callArguments(node.kwargs) } };
  if (isDictionary(node) && Array.isArray(node.args)) {
    const [inputs, ...more] = node.args as unknown[];
    const names = (layer.constructor as { callArguments?: readonly string[] }).callArguments ?? [];
    const positional = Object.fromEntries(more.map((value, i) => [names[i] ?? `argument${i + 1}`, value]));
    return { inputs, args: { ...positional, ...callArguments(node.kwargs) } };
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

/** A model's config in Keras 3's form. @throws ValueError for a layer that cannot be written */
export function modelConfig(model: Model): KerasConfig {
  if (model instanceof Sequential) {
    const input = (model.inputs as KerasTensor).node.layer;
    return {
      module: 'keras',
      class_name: 'Sequential',
      config: { name: model.name, trainable: model.trainable, layers: [input, ...model.layers].map(layerConfig) },
      registered_name: null,
    };
  }
  if (!(model instanceof Functional)) throw new ValueError(`the model \`${model.name}\` must be functional or sequential to be written`);
  const nodesOf = (layer: Layer): Node[] => layer.nodes.filter((n) => model.order.includes(n));
  const history = (t: KerasTensor): History => [t.node.layer.name, nodesOf(t.node.layer).indexOf(t.node), t.index];
  const serialized = (value: unknown): unknown =>
    mapTree(value as Tree<unknown>, (t) =>
      t instanceof KerasTensor
        ? { class_name: '__keras_tensor__', config: { shape: [...t.shape], dtype: t.dtype, keras_history: history(t) } }
        : t,
    );
  const layers = model.layers.map((layer) => ({
    ...layerConfig(layer),
    name: layer.name,
    inbound_nodes:
      layer instanceof InputLayer
        ? []
        : nodesOf(layer).map(({ inputs, args: { args = [serialized(inputs)], ...named } }) => ({
            args: serialized(args),
            kwargs: Object.fromEntries(Object.entries(named).map(([key, value]) => [snakeCase(key), serialized(value)])),
          })),
  }));
  const ends = (tree: Tree<KerasTensor>): unknown => mapTree(tree, history as never);
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    registered_name: null,
    config: { name: model.name, trainable: model.trainable, layers, input_layers: ends(model.inputs), output_layers: ends(model.outputs) },
  };
}

const layerConfig = (layer: Layer): KerasConfig =>
  layer instanceof Sequential || layer instanceof Functional ? modelConfig(layer as unknown as Model) : layer.serialize();
