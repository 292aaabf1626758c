/** What attention layers share: scores, masks, weights. */

import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, range, shapeOf, sizeOfAxis } from '../../graph/ops/array.js';
import { abs, cast, greaterEqual, less, logicalAnd, mul, sub } from '../../graph/ops/math.js';
import { batchMatMul, softmax } from '../../graph/ops/nn.js';
import { flatten, type Tree } from '../../tree.js';
import { type CallArguments, Layer } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { seedField } from '../initializers/initializer.js';
import { type Fields, number } from '../serialization/fields.js';
import { drop } from './dropout.js';

export const attentionFields = {
  /** Share of the attention weights that become 0 in training; 0 by default. */
  dropout: number({ min: 0, max: 1, default: 0 }),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};

/** Queries, and places they look at, by their numbers: `[queries, 1]` and `[1, places]`. */
function places(query: Output, key: Output): [Output, Output] {
  const [rows, columns] = [query, key].map((x) => range(x, 0, sizeOfAxis(x, 1))) as [Output, Output];
  return [expandDims(rows, 1), expandDims(columns, 0)];
}

/** What lies below and on the diagonal: a step may look at itself and what came before. `[1, queries, keys]`, of inputs `[batch, steps, features]`. */
export function causalMask(query: Output, key: Output): Output {
  const [rows, columns] = places(query, key);
  return expandDims(greaterEqual(rows, columns), 0);
}

/** What is less than `window` steps away. `[1, queries, keys]`, of inputs `[batch, steps, features]`. */
export function windowMask(query: Output, key: Output, window: number): Output {
  const [rows, columns] = places(query, key);
  return expandDims(less(abs(sub(rows, columns)), window), 0);
}

/** All masks that are given, together. */
export const allMasks = (masks: readonly (Output | undefined)[]): Output | undefined =>
  masks
    .filter((m): m is Output => m !== undefined)
    .reduce<Output | undefined>((a, b) => (a === undefined ? b : logicalAnd(a, b)), undefined);

/** Inputs `[query, value, key]` (`key` is `value` by default), each `[batch, steps, features]`; subclasses give the scores. */
export abstract class AttentionBase<F extends Fields = Fields> extends Layer<F> {
  static readonly callArguments = ['mask'];
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking = true;
  protected scale: Weight | undefined;

  protected abstract scores(ctx: Context, query: Output, key: Output): Output;

  protected override call(ctx: Context, inputs: Tree<Output>, args: CallArguments): Tree<Output> {
    const list = flatten(inputs);
    if (list.length < 2 || list.length > 3)
      throw new ValueError(`layer \`${this.name}\` takes [query, value] or [query, value, key], received ${list.length} inputs`);
    const [query, value, key = value] = list as [Output, Output, Output?];
    const given = args.mask === undefined ? [] : (args.mask as readonly (Output | null)[]);
    const [queryMask, valueMask] = [given[0] ?? ctx.mask(query), given[1] ?? ctx.mask(value)];
    const raw = this.scores(ctx, query, key as Output);
    const mask = allMasks([
      valueMask && expandDims(valueMask, 1),
      args.useCausalMask === true ? causalMask(query, key as Output) : undefined,
    ]);
    const scores = mask === undefined ? raw : sub(raw, mul(sub(1, cast(mask, raw.dtype)), raw.dtype === 'float16' ? 65504 : 1e9));
    const weights = drop(ctx, softmax(scores), (this.options as unknown as { dropout: number }).dropout, () => shapeOf(scores));
    const result = batchMatMul(weights, value);
    const shown = queryMask === undefined ? result : mul(result, cast(expandDims(queryMask, -1), result.dtype));
    return args.returnAttentionScores === true ? [shown, weights] : shown;
  }

  /** The query's mask is the output's. */
  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>): void {
    const mask = ctx.mask(flatten(inputs)[0] as Output);
    if (mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }
}
