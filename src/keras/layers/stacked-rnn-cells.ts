/** Several cells as one. */
import { typeError, ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, type Size, squeeze } from '../../graph/ops/array.js';
import type { Shape } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import type { Layer, LayerOptionsOf } from '../engine/layer.js';
import { list } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { layerField } from './layer-registry.js';
import { type CellStep, RecurrentCell } from './recurrent-cell.js';

const fields = {
  /** The cells; each is given what the one before it put out. */
  cells: list(layerField()),
};
export type StackedRNNCellsOptions = LayerOptionsOf<typeof fields>;

/** The states are those of all cells, one cell after another; the output is the last cell's. */
export class StackedRNNCells extends RecurrentCell<typeof fields> {
  static readonly className = 'StackedRNNCells';
  static readonly fields = fields;
  readonly #cells: readonly RecurrentCell[];

  constructor(options: StackedRNNCellsOptions) {
    super(options);
    const cells: unknown[] = this.track('cells', [...this.options.cells]);
    if (cells.length === 0) throw new ValueError(`\`cells\` of ${this.name} must be at least one cell`);
    cells.forEach((cell, i) => {
      if (!(cell instanceof RecurrentCell)) throw typeError(`\`cells[${i}]\` of ${this.name} must be a recurrent cell`);
    });
    this.#cells = cells as RecurrentCell[];
  }

  override get stateShapes(): readonly (readonly number[])[] {
    return this.#cells.flatMap((cell) => cell.stateShapes);
  }

  override get outputShape(): readonly number[] {
    return (this.#cells.at(-1) as RecurrentCell).outputShape;
  }

  override prepare(ctx: Context, sizes: readonly Size[]): Tree<Output>[] {
    return this.#cells.map((cell, i) => cell.prepare(ctx, i === 0 ? sizes : [sizes[0] as Size, ...this.#inputShape(i)]));
  }

  override project(shared: readonly Tree<Output>[], inputs: Output): Output {
    return (this.#cells[0] as RecurrentCell).project(shared[0] as Tree<Output>, inputs);
  }

  override step(shared: readonly Tree<Output>[], projected: Output, states: readonly Output[]): CellStep {
    const after: Output[] = [];
    let x = projected;
    this.#cells.forEach((cell, i) => {
      const own = shared[i] as Tree<Output>;
      const input = i === 0 ? x : squeeze(cell.project(own, expandDims(x, 0)), [0]);
      const step = cell.step(own, input, states.slice(after.length, after.length + cell.stateShapes.length));
      x = step.output;
      after.push(...step.states);
    });
    return { output: x, states: after };
  }

  protected override build(shape: Shape): void {
    this.#cells.forEach((cell, i) => {
      (cell as unknown as Layer).ensureBuilt(i === 0 ? shape : [shape[0] ?? null, ...this.#inputShape(i)]);
    });
  }

  #inputShape(i: number): readonly number[] {
    return (this.#cells[i - 1] as RecurrentCell).outputShape;
  }
}

export const stackedRNNCells = factory<StackedRNNCellsOptions, StackedRNNCells>(StackedRNNCells);
