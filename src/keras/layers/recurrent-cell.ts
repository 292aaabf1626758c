/** Cells: one step of a recurrent layer. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, expandDims, fill, indexAxis, type Size, sizes, sizesOf, squeeze } from '../../graph/ops/array.js';
import type { Tree } from '../../tree.js';
import { Layer } from '../engine/layer.js';
import type { Fields } from '../serialization/fields.js';

/** What a step gives. */
export interface CellStep {
  readonly output: Output;
  /** The states after it, in the order and of the shapes of those before it. */
  readonly states: readonly Output[];
}

/** What all steps give: their outputs `[steps, batch, …]`, which are the first state after each of them, and the states after the last one. */
export interface CellSteps {
  readonly outputs: Output;
  readonly states: readonly Output[];
}

/** Values by name. */
export type Named = Readonly<Record<string, Output>>;

/**
 * The base of cells, of one's own too: a cell makes its weights in `build`, from the shape of one step's input, and says what a step does.
 *
 * `step` and `project` use what they are given and constants, nothing else: they are also run inside loops.
 */
export abstract class RecurrentCell<F extends Fields = Fields> extends Layer<F> {
  protected override readonly takesStructure = true;

  /** Shapes of the states, without the batch. */
  abstract get stateShapes(): readonly (readonly number[])[];

  /** The output's shape, without the batch; that of the first state by default. */
  get outputShape(): readonly number[] {
    return this.stateShapes[0] as readonly number[];
  }

  /**
   * What all steps share, made once: by default the weights by name.
   *
   * @param _sizes Sizes of one step's input, the batch first.
   */
  prepare(ctx: Context, _sizes: readonly Size[]): Tree<Output> {
    return Object.fromEntries(this.ownWeights.map((weight) => [weight.name, this.read(ctx, weight)]));
  }

  /** The part of the steps that depends on the inputs alone, for all steps `[steps, batch, …]` at once; by default nothing is done. */
  project(_shared: Tree<Output>, inputs: Output): Output {
    return inputs;
  }

  /** One step, from what `project` gave for it and the states before it. */
  abstract step(shared: Tree<Output>, projected: Output, states: readonly Output[]): CellStep;

  /**
   * All steps at once, from what `project` gave, by an op of our own: `null` (the default) where there is none for the cell's options.
   *
   * @param _counts Which steps count, `bool [steps, batch]`, or all: one that does not leaves the states as they are.
   */
  allSteps(_shared: Tree<Output>, _projected: Output, _states: readonly Output[], _counts?: Output): CellSteps | null {
    return null;
  }

  /** Zeros for the states of a batch. */
  initialStates(like: Output, batch: Size): Output[] {
    return this.stateShapes.map((shape) => zerosOf(like, [batch, ...shape]));
  }

  /** The cell by itself: a list of one step's input and the states gives a list of its output and the states after it. */
  protected override call(ctx: Context, inputs: readonly Output[]): Output[] {
    const [x, ...states] = inputs as [Output, ...Output[]];
    if (!Array.isArray(inputs) || states.length !== this.stateShapes.length)
      throw new ValueError(`cell \`${this.name}\` takes a list of an input and ${this.stateShapes.length} states`);
    const shared = this.prepare(ctx, sizesOf(x));
    const projected = squeeze(this.project(shared, expandDims(x, 0)), [0]);
    const { output, states: after } = this.step(shared, projected, states);
    return [output, ...after];
  }

  override ensureBuilt(shapes: Tree<unknown>): void {
    const nested = Array.isArray(shapes) && Array.isArray(shapes[0]);
    super.ensureBuilt(nested ? (shapes[0] as Tree<unknown>) : shapes);
  }
}

/** The last step's values of all steps', or `first` where there are none: their number may not be known. */
export const lastStep = (all: Output, first: Output): Output =>
  typeof all.shape?.[0] === 'number' && all.shape[0] > 0
    ? indexAxis(all, 0, all.shape[0] - 1)
    : indexAxis(concat([expandDims(first, 0), all], 0), 0, -1);

/** Zeros of the given sizes and of the element type of `like`. */
export const zerosOf = (like: Output, shape: readonly Size[]): Output => fill(sizes(like, shape), like.graph.constant(0, like.dtype));
