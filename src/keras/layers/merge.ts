/** The base of layers that make one of several inputs of the same shape. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims } from '../../graph/ops/array.js';
import { logicalAnd } from '../../graph/ops/math.js';
import type { Tree } from '../../tree.js';
import { flatten, isStructure } from '../../tree.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Fields } from '../serialization/fields.js';

export type MergeOptions = LayerOptionsOf<Record<never, never>>;

/** Subclasses say how inputs of equal rank are merged. */
export abstract class Merge<F extends Fields = Fields> extends Layer<F> {
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking: boolean = true;

  protected abstract merge(inputs: readonly Output[]): Output;

  protected override build(shapes: Tree<unknown>): void {
    const isShape = (shape: unknown): boolean => Array.isArray(shape) && !shape.some(isStructure);
    if (!Array.isArray(shapes) || shapes.length < 2 || !shapes.every(isShape))
      throw new ValueError(`layer \`${this.name}\` needs a list of at least 2 inputs`);
  }

  protected override call(_ctx: Context, inputs: Tree<Output>): Output {
    const list = flatten(inputs);
    const rank = Math.max(...list.map((x) => x.rank));
    // Inputs of fewer axes get axes of size 1 after the batch.
    return this.merge(list.map((x) => Array.from({ length: rank - x.rank }).reduce<Output>((y) => expandDims(y, 1), x)));
  }

  /** The inputs of a layer that takes two. @throws ValueError for more or fewer */
  protected two(inputs: readonly Output[]): readonly [Output, Output] {
    if (inputs.length !== 2) throw new ValueError(`layer \`${this.name}\` takes two inputs, received ${inputs.length}`);
    return inputs as readonly [Output, Output];
  }

  /** What counts in every input counts in the output. */
  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>): void {
    const masks = flatten(inputs).map((x) => ctx.mask(x));
    if (masks.some((m) => m === undefined)) return;
    for (const o of flatten(outputs))
      ctx.setMask(
        o,
        (masks as Output[]).reduce((a, b) => logicalAnd(a, b)),
      );
  }
}
