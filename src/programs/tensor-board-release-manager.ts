/** Metrics for TensorBoard, by libtensorflow's own summary ops (`TensorBoardReleaseManager` of TFF). */
import { ValueError } from '../errors.js';
import { Computation } from '../graph/computation.js';
import type { Graph, OpInput, Output } from '../graph/graph.js';
import { reshape } from '../graph/ops/array.js';
import { Tensor, tensor } from '../tensor.js';
import { tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { checkInteger, checkOptions, checkString } from '../validate.js';

export interface TensorBoardReleaseManagerOptions {
  /** The folder that TensorBoard is given; it is made with the first release. One training, one folder. */
  readonly summaryDir: string;
}

// A serialized `SummaryMetadata`: the name of the plugin that shows the value, as `tf.summary` of TensorFlow 2 writes it.
const SCALARS = '\n\t\n\x07scalars';
const HISTOGRAMS = '\n\x0c\n\nhistograms';
const BUCKETS = 30;

/** Writes each release to the end of a file of its own in the folder. */
export class TensorBoardReleaseManager {
  readonly #summaryDir: string;
  #writer: Computation | undefined;

  /** @internal */
  constructor(options: TensorBoardReleaseManagerOptions) {
    checkOptions('options', options, ['summaryDir']);
    this.#summaryDir = checkString('summaryDir', options.summaryDir);
    if (this.#summaryDir === '') throw new ValueError('`summaryDir` must not be empty');
  }

  /**
   * Writes the values of a step, which are in the file when the promise resolves. Unlike in a CSV, a step that is released twice is there twice.
   *
   * @param values A tree of numbers, booleans and tensors, named by their path, `train/loss`: scalars are points of a curve, other tensors
   *   histograms of 30 buckets. Anything else is left out, as in TFF.
   * @throws TensorFlowError where the file cannot be written
   */
  async release(values: Tree<unknown>, key: number): Promise<void> {
    const step = tensor(BigInt64Array.of(BigInt(checkInteger('key', key))), []);
    const found: Tensor[][] = [];
    mapTree(values, (value, path) => {
      const numbers = numbersOf(value);
      if (numbers === undefined) return;
      const tag = text(path.replaceAll('.', '/'));
      if (value instanceof Tensor && value.shape.length > 0)
        found.push([step, tag, tensor(histogram(numbers)), ints([BUCKETS, 3]), text(HISTOGRAMS)]);
      else found.push([step, tag, tensor(numbers), ints([]), text(SCALARS)]);
    });
    this.#writer ??= compileWriter(this.#summaryDir);
    for (const inputs of found) await this.#writer.run(inputs);
  }

  /** Closes the file; a later release begins another one. */
  dispose(): void {
    this.#writer?.dispose();
    this.#writer = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

const text = (value: string): Tensor => tensor(value, [], 'string');
const ints = (values: number[]): Tensor => tensor(Int32Array.from(values));

/** What can be shown, as numbers. */
function numbersOf(value: unknown): Float64Array | undefined {
  if (value instanceof Tensor) return value.dtype === 'string' ? undefined : Float64Array.from(value.data as Float32Array, Number);
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? Float64Array.of(Number(value)) : undefined;
}

/** Rows of left edge, right edge and count, as TensorBoard's `tf.summary.histogram` makes them. */
function histogram(numbers: Float64Array): Float64Array {
  const rows = new Float64Array(3 * BUCKETS);
  const finite = numbers.filter(Number.isFinite);
  const min = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const max = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (finite.length > 0) {
    const width = (max - min) / BUCKETS;
    for (let i = 0; i < BUCKETS; i++) rows.set([min + i * width, i === BUCKETS - 1 ? max : min + (i + 1) * width], 3 * i);
    for (const number of finite) {
      const bucket = width === 0 ? BUCKETS - 1 : Math.min(Math.floor((number - min) / width), BUCKETS - 1);
      rows[3 * bucket + 2] = (rows[3 * bucket + 2] as number) + 1;
    }
  }
  return rows;
}

/** Writes one value; the file is made by the first run, and stays open between runs. */
function compileWriter(summaryDir: string): Computation {
  const given = [tensorSpec([], 'int64'), tensorSpec([], 'string'), tensorSpec([null], 'float64'), tensorSpec([null], 'int32')];
  return Computation.compile([...given, tensorSpec([], 'string')], (inputs, graph) => {
    const [step, tag, numbers, shape, plugin] = inputs as unknown as [Output, Output, Output, Output, Output];
    const [writer] = graph.op('SummaryWriter', []) as [Output];
    const then = inOrder(graph);
    const suffix = graph.constant('.v2' as never, 'string');
    then('CreateSummaryFileWriter', [
      writer,
      graph.constant(summaryDir as never, 'string'),
      graph.constant(10, 'int32'),
      graph.constant(0, 'int32'),
      suffix,
    ]);
    then('WriteSummary', [writer, step, reshape(numbers, shape), tag, plugin]);
    then('FlushSummaryWriter', [writer]);
    return then('Identity', [step])[0] as Output;
  });
}

/** Adds ops that run one after another. */
function inOrder(graph: Graph): (type: string, inputs: readonly OpInput[]) => Output[] {
  let last: Graph['operations'][number][] = [];
  return (type, inputs) => {
    const outputs = graph.op(type, inputs, {}, { after: last });
    last = graph.operations.slice(-1);
    return outputs;
  };
}

/** Metrics for TensorBoard: `tensorboard --logdir <summaryDir>`. @throws TypeError, ValueError for an option of the wrong kind, or no folder */
export const tensorBoardReleaseManager = (options: TensorBoardReleaseManagerOptions): TensorBoardReleaseManager =>
  new TensorBoardReleaseManager(options);
