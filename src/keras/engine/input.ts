/** Inputs of models. */

import { DTYPES, type DType } from '../../dtype.js';
import { typeError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { type Shape, tensorSpec } from '../../tensor-spec.js';
import { mustBe } from '../../validate.js';
import { field, integer, oneOf, optional, parseOptions, string } from '../serialization/fields.js';
import { uniqueName } from '../serialization/names.js';
import { KerasTensor, type Node } from './keras-tensor.js';
import { Layer } from './layer.js';

const shapeField = field<Shape, Shape>(
  (_name, value) => tensorSpec(value as Shape).shape,
  (shape) => [...shape],
);

const fields = {
  /** Sizes with the batch, `null` where unknown. */
  batchShape: shapeField,
};

/** The layer behind an input: it stands in a model's list of layers, and passes its input on. */
export class InputLayer extends Layer<typeof fields> {
  static readonly className = 'InputLayer';
  static readonly fields = fields;
  static readonly ignoredKeys = ['optional'];
  static readonly fixedKeys = { sparse: false, ragged: false };
  protected override readonly supportsMasking = true;
  readonly output: KerasTensor;

  constructor(options: { readonly batchShape: Shape; readonly dtype?: DType; readonly name?: string }) {
    super({ name: uniqueNameFor(options.name), ...options });
    const made: KerasTensor[] = [];
    const node: Node = { layer: this as unknown as Layer, inputs: [], args: {}, tensors: [], outputs: made };
    this.output = new KerasTensor(this.options.batchShape, options.dtype ?? 'float32', this.name, node, 0);
    made.push(this.output);
    this.nodes.push(node);
  }

  override getConfig(): Record<string, unknown> {
    return { batch_shape: [...this.options.batchShape], dtype: this.output.dtype, sparse: false, ragged: false, name: this.name };
  }

  protected override call(_ctx: unknown, x: Output): Output {
    return x;
  }
}

const uniqueNameFor = (name: string | undefined): string => name ?? uniqueName('input_layer');

const inputFields = {
  /** Sizes of one example, without the batch; `null` is an unknown size. */
  shape: optional(shapeField),
  /** Sizes with the batch, instead of `shape`. */
  batchShape: optional(shapeField),
  /** A fixed batch size; unknown by default. */
  batchSize: optional(integer({ min: 1 })),
  /** Element type; `float32` by default. */
  dtype: oneOf(DTYPES, 'float32'),
  /** Unique in the model. */
  name: optional(string()),
};

export interface InputOptions {
  /** Sizes of one example, without the batch; `null` is an unknown size. */
  readonly shape?: Shape | null;
  /** Sizes with the batch, instead of `shape`. */
  readonly batchShape?: Shape | null;
  /** A fixed batch size; unknown by default. */
  readonly batchSize?: number | null;
  /** Element type; `float32` by default. */
  readonly dtype?: DType;
  /** Unique in the model. */
  readonly name?: string | null;
}

/**
 * An input of a model: `keras.input({ shape: [28, 28, 1] })`.
 *
 * @throws TypeError where neither or both of `shape` and `batchShape` are given.
 */
export function input(options: InputOptions): KerasTensor {
  const { shape, batchShape, batchSize, dtype, name } = parseOptions('Input', inputFields, options);
  if ((shape === null) === (batchShape === null)) throw typeError('`shape` or `batchShape` of an input must be given, and not both');
  if (batchShape !== null && batchSize !== null) throw mustBe('batchSize of Input', 'left out where `batchShape` is given', batchSize);
  return new InputLayer({ batchShape: batchShape ?? [batchSize, ...(shape as Shape)], dtype, ...(name === null ? {} : { name }) }).output;
}
