/** Models' configs in Keras 3's form. */
import { mapTree, type Tree } from '../../tree.js';
import { snakeCase } from '../serialization/names.js';
import type { KerasConfig } from '../serialization/registry.js';
import type { Functional } from './functional.js';
import { InputLayer } from './input.js';
import { KerasTensor, type Node } from './keras-tensor.js';
import type { Layer } from './layer.js';
import type { Sequential } from './sequential.js';

/** Where a tensor comes from: a layer's name, which of its nodes, which of the node's outputs. */
export type History = readonly [string, number, number];

/** The config of a sequential model with its layers. */
export function sequentialConfig(model: Sequential): KerasConfig {
  const input = (model.inputs as KerasTensor).node.layer;
  const layers = [input, ...model.layers].map((layer) => layer.serialize());
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: model.name, trainable: model.trainable, layers },
    registered_name: null,
  };
}

/** The config of a functional model with its layers and what each is applied to. */
export function functionalConfig(model: Functional): KerasConfig {
  const own = new Set(model.order);
  const nodesOf = (layer: Layer): Node[] => layer.nodes.filter((n) => own.has(n));
  const history = (t: KerasTensor): History => [t.node.layer.name, nodesOf(t.node.layer).indexOf(t.node), t.index];
  const serialized = (value: unknown): unknown =>
    mapTree(value as Tree<unknown>, (t) =>
      t instanceof KerasTensor
        ? { class_name: '__keras_tensor__', config: { shape: [...t.shape], dtype: t.dtype, keras_history: history(t) } }
        : t,
    );
  const layers = model.layers.map((layer) => ({
    ...layer.serialize(),
    name: layer.name,
    inbound_nodes:
      layer instanceof InputLayer
        ? []
        : nodesOf(layer).map(({ inputs, args: { args = [serialized(inputs)], ...named } }) => ({
            args: serialized(args),
            kwargs: Object.fromEntries(Object.entries(named).map(([key, value]) => [snakeCase(key), serialized(value)])),
          })),
  }));
  // Among inputs and outputs, but nowhere else, a functional model in this one counts a node of its own (`node_reindexing_map` in Keras).
  const end = (t: KerasTensor): History => {
    const [name, node, index] = history(t);
    return [name, t.node.layer.className === 'Functional' ? node + 1 : node, index];
  };
  const ends = (tree: Tree<KerasTensor>): unknown => mapTree(tree, end as never);
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    registered_name: null,
    config: { name: model.name, trainable: model.trainable, layers, input_layers: ends(model.inputs), output_layers: ends(model.outputs) },
  };
}
