/** `model.summary()`: Keras's table of a model's layers (`keras/src/utils/summary_utils.py`). */
import type { DType } from '../../dtype.js';
import { ValueError } from '../../errors.js';
import type { Shape } from '../../tensor-spec.js';
import { checkOptions, mustBe } from '../../validate.js';
import type { Functional } from '../engine/functional.js';
import type { KerasTensor, Node } from '../engine/keras-tensor.js';
import type { Layer } from '../engine/layer.js';
import type { Model } from '../engine/model.js';
import type { Weight } from '../engine/weight.js';
import { type Column, roundToEven, textTable } from './text-table.js';

export interface SummaryOptions {
  /** Characters a line; by default as in Keras, 88 (108 with connections), or what the terminal has less 4. */
  readonly lineLength?: number;
  /** Where columns end, as shares of the line. */
  readonly positions?: readonly number[];
  /** Takes the text; `console.log` by default. */
  readonly printFn?: (text: string) => void;
  /** Whether the layers of models in the model are listed; `false` by default. */
  readonly expandNested?: boolean;
  /** Whether a column says which layers are trained; `false` by default. */
  readonly showTrainable?: boolean;
  /** Names of the first and the last layer that are listed, or regular expressions for their beginnings; all by default. */
  readonly layerRange?: readonly [string, string];
}

/** Prints a model's layers with their outputs' shapes and numbers of weights. @throws ValueError for a line that is too short */
export function summary(model: Model, options: SummaryOptions = {}): void {
  checkOptions('options of summary', options, ['lineLength', 'positions', 'printFn', 'expandNested', 'showTrainable', 'layerRange']);
  const { printFn = console.log, expandNested = false, showTrainable = false } = options;
  if (typeof printFn !== 'function') throw mustBe('printFn', 'a function', printFn);
  // Only functional models have an order of nodes. (Models call this, so their classes cannot be imported here.)
  const { order } = model as Partial<Functional>;
  const graph = order === undefined || isChain(order) ? undefined : new Set(order);
  const positions = options.positions ?? (graph === undefined ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  const lineLength =
    options.lineLength ?? Math.min((graph === undefined ? 88 : 108) + (showTrainable ? 12 : 0), (process.stdout.columns ?? 80) - 4);
  const columns = columnsOf(
    showTrainable ? [...positions.map((p) => p * 0.9), 1] : positions,
    lineLength,
    graph !== undefined,
    showTrainable,
  );
  const rows: string[][] = [];
  const list = (layer: Layer, depth: number): void => {
    const prefix = depth === 0 ? '' : `${'   '.repeat(depth)}└ `;
    rows.push([
      `${prefix}${layer.name} (${layer.className})`,
      outputShapes(layer),
      `${grouped(size(layer.weights))}${layer.built || layer.nodes.length > 0 ? '' : ' (unbuilt)'}`,
      ...(graph === undefined ? [] : [connections(layer, graph)]),
      ...(showTrainable ? [layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N'] : []),
    ]);
    if (expandNested) for (const inner of (layer as Partial<Model>).layers ?? []) list(inner, depth + 1);
  };
  for (const layer of inRange(model.layers, options.layerRange)) list(layer, 0);
  const total = (kind: string, weights: readonly Weight[]): string =>
    ` ${kind} params: ${grouped(size(weights))} (${readableBytes(weights)})`;
  printFn(
    [
      `Model: "${model.name}"`,
      ...textTable(columns, rows, lineLength),
      total('Total', model.weights),
      total('Trainable', model.trainableWeights),
      total('Non-trainable', model.nonTrainableWeights),
    ].join('\n'),
  );
}

function columnsOf(positions: readonly number[], lineLength: number, connected: boolean, trainable: boolean): Column[] {
  const headers: [string, Column['align']][] = [
    ['Layer (type)', 'left'],
    ['Output Shape', 'left'],
    ['Param #', 'right'],
    ...(connected ? ([['Connected to', 'left']] as [string, 'left'][]) : []),
    ...(trainable ? ([['Trainable', 'center']] as [string, 'center'][]) : []),
  ];
  if (positions.length !== headers.length)
    throw new ValueError(`\`positions\` must be ${headers.length - (trainable ? 1 : 0)} numbers, received [${positions.join(', ')}]`);
  let end = 0;
  return headers.map(([header, align], i) => {
    const width = Math.trunc((positions[i] as number) * lineLength) - end;
    if (!(width >= 4)) throw new ValueError(`\`lineLength\` must leave 4 characters for each column, received ${lineLength}`);
    end += width;
    return { header, align, width };
  });
}

/** Whether each layer is applied once, to the output of the one before it: then nobody needs to be told what it is connected to. */
function isChain(nodes: readonly Node[]): boolean {
  const parents = nodes.flatMap((node) => node.tensors.map((t) => t.node));
  const isLine = nodes.every((node) => node.tensors.length <= 1) && parents.length === nodes.length - 1;
  return isLine && new Set(parents).size === parents.length && new Set(nodes.map((node) => node.layer)).size === nodes.length;
}

const pythonShape = (shape: Shape): string => `(${shape.map((s) => s ?? 'None').join(', ')})`;

const listed = (tensors: readonly KerasTensor[] | undefined): string => {
  const shapes = tensors?.map((t) => pythonShape(t.shape)) ?? ['?'];
  return shapes.length === 1 ? (shapes[0] as string) : `[${shapes.join(', ')}]`;
};

/** The shapes of a layer's outputs where it was last applied, as Keras writes them: `(None, 3)`. */
export const outputShapes = (layer: Layer): string => listed(layer.nodes.at(-1)?.outputs);

/** The shapes of what the layer was last applied to; of an input, its own. */
export const inputShapes = (layer: Layer): string => {
  const node = layer.nodes.at(-1);
  return listed(node?.tensors.length === 0 ? node.outputs : node?.tensors);
};

function connections(layer: Layer, graph: ReadonlySet<Node>): string {
  const sources = layer.nodes.filter((node) => graph.has(node)).flatMap((node) => node.tensors);
  return sources.map(({ node, index }) => `${node.layer.name}[${node.layer.nodes.indexOf(node)}][${index}]`).join(', ') || '-';
}

function inRange(layers: readonly Layer[], range: readonly [string, string] | undefined): readonly Layer[] {
  if (range === undefined) return layers;
  const [first, last] = range.map((pattern) => layers.flatMap((layer, i) => (new RegExp(`^(?:${pattern})`).test(layer.name) ? [i] : [])));
  if (first === undefined || last === undefined || first.length === 0 || last.length === 0)
    throw new ValueError(`\`layerRange\` must name layers of the model, received [${range.join(', ')}]`);
  const [lowest, highest] = [Math.min(...first), Math.max(...last)];
  return lowest > highest ? layers.slice(Math.min(...last), Math.max(...first) + 1) : layers.slice(lowest, highest + 1);
}

const size = (weights: readonly Weight[]): number => weights.reduce((n, w) => n + w.size, 0);
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

function readableBytes(weights: readonly Weight[]): string {
  let bytes = weights.reduce((n, w) => n + w.size * bytesOf(w.dtype), 0);
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  while (bytes >= 1024 && units.length > 1) {
    bytes /= 1024;
    units.shift();
  }
  return `${(roundToEven(bytes * 100) / 100).toFixed(2)} ${units[0]}`;
}

/** Keras counts one bit for a boolean. */
const bytesOf = (dtype: DType): number => Number(/\d+$/.exec(dtype)?.[0] ?? 1) / 8;
