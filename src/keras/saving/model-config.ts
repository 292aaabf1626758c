/** Models' configs in Keras 3's form. */
import { ValueError } from '../../errors.js';
import { mapTree, type Tree } from '../../tree.js';
import { Functional } from '../engine/functional.js';
import { InputLayer } from '../engine/input.js';
import { KerasTensor, type Node } from '../engine/keras-tensor.js';
import type { Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import { Sequential } from '../engine/sequential.js';
import { snakeCase } from '../serialization/names.js';
import type { KerasConfig } from '../serialization/registry.js';

/** Where a tensor comes from: a layer's name, which of its nodes, which of the node's outputs. */
export type History = readonly [string, number, number];

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
  // Among inputs and outputs, but nowhere else, a functional model in this one counts a node of its own (`node_reindexing_map` in Keras).
  const end = (t: KerasTensor): History => {
    const [name, node, index] = history(t);
    return [name, t.node.layer instanceof Functional ? node + 1 : node, index];
  };
  const ends = (tree: Tree<KerasTensor>): unknown => mapTree(tree, end as never);
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    registered_name: null,
    config: { name: model.name, trainable: model.trainable, layers, input_layers: ends(model.inputs), output_layers: ends(model.outputs) },
  };
}

const layerConfig = (layer: Layer): KerasConfig =>
  layer instanceof Sequential || layer instanceof Functional ? modelConfig(layer as unknown as Model) : layer.serialize();
