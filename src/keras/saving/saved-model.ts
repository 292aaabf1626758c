/**
 * Models as TensorFlow SavedModels, for TensorFlow Serving and `tf.saved_model.load`.
 *
 * The graph has the weights as constants, so `saved_model.pb` is the whole model (`tensorflow/core/protobuf/saved_model.proto`).
 */
import { join } from 'node:path';
import { ValueError } from '../../errors.js';
import { Context } from '../../graph/context.js';
import { Graph, type Output } from '../../graph/graph.js';
import { typeNumber } from '../../graph/graph-type.js';
import { identity } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import { tensorSpec } from '../../tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../../tree.js';
import { checkString } from '../../validate.js';
import type { KerasTensor } from '../engine/keras-tensor.js';
import type { Model } from '../engine/model.js';
import { bytesField, integerField, mapFields, message } from './protobuf.js';
import { replaceFile } from './replace-file.js';

// What protocol buffers can hold.
const MAX_BYTES = 2 ** 31 - 1;
const SIGNATURE = 'serving_default';
const METHOD = 'tensorflow/serving/predict';

/** Writes the model as the SavedModel `path/saved_model.pb`: see `Model.export`. @throws ValueError for 2 GiB and more */
export async function exportModel(model: Model, path: string): Promise<void> {
  checkString('path', path);
  await replaceFile(join(path, 'saved_model.pb'), savedModel(model));
}

function savedModel(model: Model): Uint8Array {
  const size = model.weights.reduce((sum, w) => sum + w.size * 4, 0);
  const tooLarge = (): ValueError => new ValueError(`the model \`${model.name}\` must have less than 2 GiB to be a SavedModel`);
  if (size > MAX_BYTES) throw tooLarge();
  const graph = new Graph(null, { portable: true });
  try {
    const inputs = mapTree(model.inputs, (t: KerasTensor) => graph.placeholder(tensorSpec(t.shape, t.dtype), t.name));
    const values = new Map(model.weights.map((w): [Variable, Output] => [w, graph.constant(w.value)]));
    const results = model.invoke(new Context(graph, { training: false, values }), inputs);
    const outputs = graph.withScope(SIGNATURE, () => mapTree(results, (o) => identity(o)));
    const signature = message(
      mapFields(
        1,
        named(inputs, (i) => model.flatInputs[i]?.name as string),
      ),
      mapFields(
        2,
        named(outputs, (i) => `output_${i}`),
      ),
      bytesField(3, METHOD),
    );
    const meta = message(bytesField(4, 'serve'));
    const metaGraph = message(bytesField(1, meta), bytesField(2, graph.toProto()), mapFields(5, [[SIGNATURE, signature]]));
    if (metaGraph.length > MAX_BYTES) throw tooLarge();
    return message(integerField(1, 1), bytesField(2, metaGraph));
  } finally {
    graph.dispose();
  }
}

/** Tensors by name: the keys of a dictionary, else as `name` says. */
function named(tree: Tree<Output>, name: (index: number) => string): [string, Uint8Array][] {
  const outputs = flatten(tree);
  const keys =
    isDictionary(tree) && Object.values(tree).every((v) => flatten(v as Tree<Output>).length === 1) ? Object.keys(tree).sort() : [];
  return outputs.map((output, i) => [keys[i] ?? name(i), tensorInfo(output)]);
}

function tensorInfo({ operation, index, dtype, shape }: Output): Uint8Array {
  const sizes = shape === null ? [integerField(3, 1)] : shape.map((size) => bytesField(2, integerField(1, size ?? -1)));
  return message(bytesField(1, `${operation.name}:${index}`), integerField(2, typeNumber(dtype)), bytesField(3, message(...sizes)));
}
