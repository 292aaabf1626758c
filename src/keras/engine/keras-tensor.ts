/** Symbolic tensors of functional models: what layers are applied to before there is a graph. */
import type { DType } from '../../dtype.js';
import type { Shape } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import type { CallArguments, Layer } from './layer.js';

/** One application of a layer: what it was given, and what came out. */
export interface Node {
  readonly layer: Layer;
  readonly inputs: Tree<KerasTensor>;
  readonly args: CallArguments;
  /** All Keras tensors among inputs and arguments, in order. */
  readonly tensors: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
}

/** The shape and element type of a value in a model, and where it comes from. */
export class KerasTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
  readonly node: Node;
  /** Which of the node's outputs it is. */
  readonly index: number;

  /** @internal */
  constructor(shape: Shape, dtype: DType, name: string, node: Node, index: number) {
    this.shape = shape;
    this.dtype = dtype;
    this.name = name;
    this.node = node;
    this.index = index;
  }

  toString(): string {
    return `${this.name} ${this.dtype}[${this.shape.map((s) => s ?? 'null').join(', ')}]`;
  }
}
