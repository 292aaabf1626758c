/** Functional models: graphs of layers. */
import { typeError, ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { flatten, isDictionary, isStructure, mapTree, type Tree } from '../../tree.js';
import { describe, mustBe } from '../../validate.js';
import type { KerasConfig } from '../serialization/registry.js';
import { InputLayer } from './input.js';
import { KerasTensor, type Node } from './keras-tensor.js';
import type { CallArguments, Layer } from './layer.js';
import { Model } from './model.js';
import { functionalConfig } from './model-config.js';
import { OperationLayer } from './operation-layer.js';

const fields = {};

export interface ModelOptions {
  /** What the model takes: a Keras tensor, or a list or dictionary of them, all from `keras.input`. */
  readonly inputs: Tree<KerasTensor>;
  /** What it returns, likewise. */
  readonly outputs: Tree<KerasTensor>;
  readonly name?: string | null;
  readonly trainable?: boolean;
}

export class Functional extends Model<typeof fields> {
  static readonly className: string = 'Functional';
  static readonly fields = fields;
  readonly inputs: Tree<KerasTensor>;
  readonly outputs: Tree<KerasTensor>;
  readonly layers: readonly Layer[];
  /** The nodes in an order in which each comes after those it needs. @internal */
  readonly order: readonly Node[];

  constructor({ inputs, outputs, ...options }: ModelOptions) {
    super(options);
    checkTensors('inputs', inputs);
    checkTensors('outputs', outputs);
    for (const t of flatten(inputs))
      if (!(t.node.layer instanceof InputLayer)) throw mustBe('inputs', 'Keras tensors from keras.input', String(t));
    this.inputs = inputs;
    this.outputs = outputs;
    const { nodes, layers } = mapGraph(flatten(inputs), flatten(outputs));
    this.order = nodes;
    this.layers = layers;
    const names = new Set<string>();
    for (const layer of layers) {
      if (names.has(layer.name))
        throw new ValueError(`the names of a model's layers must be unique, received two layers \`${layer.name}\``);
      names.add(layer.name);
    }
    // As in Keras's files, which name the others by class and number.
    this.track(
      'layers',
      layers.filter((layer) => !(layer instanceof OperationLayer)),
    );
    this.ensureBuilt([]);
  }

  override serialize(): KerasConfig {
    return functionalConfig(this);
  }

  protected override call(ctx: Context, inputs: Tree<Output>): Tree<Output> {
    const values = new Map<KerasTensor, Output>();
    this.#match(inputs).forEach((value, i) => {
      const input = this.flatInputs[i] as KerasTensor;
      const fits =
        value.shape === null ||
        (value.shape.length === input.shape.length &&
          value.shape.every((s, k) => s === null || input.shape[k] === null || input.shape[k] === s));
      if (!fits) throw new ValueError(`input \`${input.name}\` of the model \`${this.name}\` must be ${input}, received ${value}`);
      values.set(input, value);
    });
    const resolve = (t: unknown): unknown => (t instanceof KerasTensor ? values.get(t) : t);
    for (const node of this.order) {
      if (node.layer instanceof InputLayer) continue;
      const args = Object.fromEntries(
        Object.entries(node.args).map(([key, value]) => [key, mapTree(value as Tree<unknown>, resolve)]),
      ) as CallArguments;
      const results = flatten(node.layer.invoke(ctx, mapTree(node.inputs, resolve) as Tree<Output>, args));
      node.outputs.forEach((t, i) => values.set(t, results[i] as Output));
    }
    return mapTree(this.outputs, (t) => values.get(t) as Output);
  }

  /** Every output keeps the mask that its own layer gave it. */
  protected override setMasks(): void {}

  /** The values for the model's inputs: in its structure, or as a dictionary by the inputs' names. */
  #match(inputs: Tree<Output>): Output[] {
    const own = this.flatInputs;
    if (isDictionary(inputs) && !isDictionary(this.inputs)) {
      return own.map((t) => {
        const value = (inputs as Record<string, Output>)[t.name];
        if (value === undefined)
          throw new ValueError(
            `the model \`${this.name}\` needs the input \`${t.name}\`, received the keys ${Object.keys(inputs).join(', ')}`,
          );
        return value;
      });
    }
    const given =
      isDictionary(this.inputs) && isDictionary(inputs)
        ? Object.keys(this.inputs)
            .sort()
            .flatMap((key) => this.#entry(inputs as Record<string, Tree<Output>>, key))
        : flatten(inputs);
    if (given.length !== own.length)
      throw new ValueError(`the model \`${this.name}\` takes ${own.length} inputs, received ${given.length}`);
    return given;
  }

  #entry(inputs: Record<string, Tree<Output>>, key: string): Output[] {
    const value = inputs[key];
    if (value === undefined)
      throw new ValueError(`the model \`${this.name}\` needs the input \`${key}\`, received the keys ${Object.keys(inputs).join(', ')}`);
    return flatten(value);
  }
}

function checkTensors(name: string, tree: unknown): void {
  if (tree === undefined) throw typeError(`\`${name}\` of a model must be given`);
  const leaves = isStructure(tree) ? flatten(tree as Tree<unknown>) : [tree];
  if (leaves.length === 0) throw new ValueError(`\`${name}\` of a model must not be empty`);
  for (const leaf of leaves) if (!(leaf instanceof KerasTensor)) throw mustBe(name, 'Keras tensors', describe(leaf));
}

/**
 * Nodes and layers between inputs and outputs, in Keras's own order (`map_graph` in keras/src/ops/function.py): it decides the order of
 * a model's weights. Layers are sorted by their depth, that is the longest way to an output; equals by the order of a walk from the outputs.
 */
function mapGraph(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): { nodes: Node[]; layers: Layer[] } {
  const nodes: Node[] = [];
  const finished = new Set<Node>();
  const indices = new Map<Layer, number>();
  const ends = new Set(inputs);
  // A stack of our own: a model of thousands of layers must not exhaust JavaScript's.
  const visit = (tensor: KerasTensor): void => {
    const stack: { node: Node; next: number }[] = [];
    const enter = (t: KerasTensor): void => {
      if (finished.has(t.node)) return;
      if (!indices.has(t.node.layer)) indices.set(t.node.layer, indices.size);
      stack.push({ node: t.node, next: ends.has(t) ? Number.POSITIVE_INFINITY : 0 });
    };
    enter(tensor);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const parent = top.node.tensors[top.next++];
      if (parent !== undefined) enter(parent);
      else {
        stack.pop();
        finished.add(top.node);
        nodes.push(top.node);
      }
    }
  };
  for (const output of outputs) visit(output);

  const nodeDepths = new Map<Node, number>();
  const layerDepths = new Map<Layer, number>();
  for (const node of [...nodes].reverse()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    nodeDepths.set(node, depth);
    for (const parent of node.tensors) nodeDepths.set(parent.node, Math.max(nodeDepths.get(parent.node) ?? 0, depth + 1));
  }
  for (const t of inputs) {
    if (layerDepths.has(t.node.layer)) continue;
    layerDepths.set(t.node.layer, 0);
    indices.set(t.node.layer, -1);
  }
  for (const node of nodes) {
    if (node.layer instanceof InputLayer && !inputs.includes(node.outputs[0] as KerasTensor)) {
      throw new ValueError(`the outputs of the model need the input \`${node.layer.name}\`, which is not among its \`inputs\``);
    }
  }
  const layers = [...layerDepths]
    .sort(([a, da], [b, db]) => db - da || (indices.get(a) as number) - (indices.get(b) as number))
    .map(([layer]) => layer);
  return { nodes, layers };
}

/** A functional model: `keras.model({ inputs, outputs })`. @throws TypeError, ValueError */
export function model(options: ModelOptions): Functional {
  return new Functional(options);
}
