/** Recurrent layers: a cell applied step by step. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, fill, reverse, sizeOfAxis, sizes, stack, transpose, unstack, zerosLike } from '../../graph/ops/array.js';
import { where } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import { flatten, type Tree } from '../../tree.js';
import type { Activation } from '../activations/index.js';
import { type CallArguments, Layer } from '../engine/layer.js';
import { boolean, type Fields } from '../serialization/fields.js';
import { drop } from './dropout.js';
import type { CellStep, CellValues, RecurrentCell } from './recurrent-cell.js';

/** The options of every recurrent layer. */
export const recurrentFields = {
  /** Whether all steps' outputs are returned, or the last one; `false` by default. */
  returnSequences: boolean(false),
  /** Whether the last states are returned too; `false` by default. */
  returnState: boolean(false),
  /** Whether the sequence is gone through from its end; `false` by default. */
  goBackwards: boolean(false),
  /** Only `false`: clients share no states between batches. */
  stateful: boolean(false),
  /** Kept for Keras's files: how a sequence is gone through is decided here. */
  unroll: boolean(false),
  /** Whether masked steps give zeros, or what the step before gave; `false` by default. */
  zeroOutputForMask: boolean(false),
};

export interface RecurrentValues {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutputForMask: boolean;
}

/**
 * The base of recurrent layers: `[batch, steps, features]` to `[batch, units]` or `[batch, steps, units]`. Arguments: `initialState`, `mask`.
 *
 * The steps are written out in the graph, the input's part of all steps as one product: a loop's own cost per step would exceed the kernels'.
 */
export abstract class Recurrent<F extends Fields = Fields> extends Layer<F> {
  static readonly ignoredKeys: readonly string[] = ['time_major', 'implementation', 'input_length'];
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking = true;
  readonly #cell: RecurrentCell;

  constructor(options: unknown) {
    super(options);
    if ((this.options as unknown as RecurrentValues).stateful)
      throw new ValueError(`\`stateful\` of layer \`${this.name}\` must be false: states are not kept between batches`);
    this.#cell = this.track('cell', this.makeCell() as unknown as Layer) as unknown as RecurrentCell;
  }

  /** The cell, made from the layer's own options. */
  protected abstract makeCell(): RecurrentCell;

  /** The layer's options of the given names, for its cell. */
  protected cellOptions(names: readonly string[]): Record<string, unknown> {
    const options = this.options as Readonly<Record<string, unknown>>;
    // An activation is passed on as it was given: by name, by config, or as a function.
    const given = (value: unknown): unknown => (isActivation(value) ? (value.name ?? value.config ?? value.apply) : value);
    return Object.fromEntries(names.map((name) => [name, given(options[name])]));
  }

  protected override build(shapes: Tree<unknown>): void {
    const shape = (Array.isArray(shapes) && Array.isArray(shapes[0]) ? shapes[0] : shapes) as Shape;
    if (shape.length !== 3)
      throw new ValueError(`layer \`${this.name}\` needs an input [batch, steps, features], received [${shape.join(', ')}]`);
    if (typeof shape[1] !== 'number')
      throw new ValueError(`layer \`${this.name}\` needs an input whose number of steps is known, received [${shape.join(', ')}]`);
    (this.#cell as unknown as Layer).ensureBuilt([shape[0], shape[2]]);
  }

  protected override call(ctx: Context, inputs: Tree<Output>, args: CallArguments): Tree<Output> {
    // Keras passes initial states with the input, or as an argument.
    const [x, ...given] = flatten(inputs) as [Output, ...Output[]];
    const { returnSequences, returnState, goBackwards, zeroOutputForMask } = this.options as unknown as RecurrentValues;
    const states = given.length > 0 ? given : args.initialState === undefined ? undefined : flatten(args.initialState as Tree<Output>);
    const start = states ?? this.#cell.stateSizes.map((size) => fill(sizes(x, [sizeOfAxis(x, 0), size]), x.graph.constant(0, x.dtype)));
    if (start.length !== this.#cell.stateSizes.length)
      throw new ValueError(
        `\`initialState\` of layer \`${this.name}\` must be ${this.#cell.stateSizes.length} tensors, received ${start.length}`,
      );
    const order = (t: Output): Output => (goBackwards ? reverse(t, [0]) : t);
    const mask = (args.mask as Output | undefined) ?? ctx.mask(x);
    const dropped = drop(ctx, x, this.#values.dropout, () => [sizeOfAxis(x, 0), 1, sizeOfAxis(x, 2)]);
    const projected = unstack(order(transpose(this.#cell.project(ctx, dropped), [1, 0, 2])));
    const counts = mask === undefined ? undefined : unstack(order(expandDims(transpose(mask, [1, 0]), -1)));
    const recurrentMask = this.#recurrentDropout(ctx, start);
    const outputs: Output[] = [];
    let current: readonly Output[] = start;
    projected.forEach((input, t) => {
      const step = this.#cell.step(ctx, input, recurrentMask(current));
      const kept = counts === undefined ? step : masked(step, counts[t] as Output, outputs.at(-1), current, zeroOutputForMask);
      outputs.push(kept.output);
      current = kept.states;
    });
    const last = outputs.at(-1) as Output;
    const result = returnSequences ? transpose(stack(outputs), [1, 0, 2]) : last;
    return returnState ? [result, ...current] : result;
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const { returnSequences } = this.options as unknown as RecurrentValues;
    const mask = (args.mask as Output | undefined) ?? ctx.mask(flatten(inputs)[0] as Output);
    if (returnSequences && mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }

  get #values(): CellValues {
    return this.options as unknown as CellValues;
  }

  /** The same part of the output state falls in every step. */
  #recurrentDropout(ctx: Context, start: readonly Output[]): (states: readonly Output[]) => readonly Output[] {
    const { recurrentDropout } = this.#values;
    if (!ctx.training || recurrentDropout === 0) return (states) => states;
    const first = start[0] as Output;
    const ones = fill(sizes(first, [sizeOfAxis(first, 0), sizeOfAxis(first, 1)]), first.graph.constant(1, first.dtype));
    const noise = drop(ctx, ones, recurrentDropout, () => [sizeOfAxis(first, 0), sizeOfAxis(first, 1)]);
    return ([h, ...others]) => [(h as Output).graph.op('Mul', [h as Output, noise])[0] as Output, ...others];
  }
}

const isActivation = (value: unknown): value is Activation =>
  typeof (value as Activation | null)?.apply === 'function' && typeof value === 'object';

/** A step that does not count repeats the output before it, or gives zeros, and leaves the states. */
function masked(step: CellStep, counts: Output, previous: Output | undefined, states: readonly Output[], zero: boolean): CellStep {
  const before = zero || previous === undefined ? zerosLike(step.output) : previous;
  return { output: where(counts, step.output, before), states: step.states.map((s, i) => where(counts, s, states[i] as Output)) };
}
