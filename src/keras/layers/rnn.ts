/** Any cell as a recurrent layer. */
import type { Layer, LayerOptionsOf } from '../engine/layer.js';
import { type Field, field } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import type { Identifier } from '../serialization/registry.js';
import { layerField } from './layer-registry.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { StackedRNNCells } from './stacked-rnn-cells.js';

type Cell = Identifier<Layer>;
const one = layerField();
const cellField: Field<Cell | readonly Cell[], Layer, true> = field<Cell | readonly Cell[], Layer>(
  (name, value) => one.parse(name, Array.isArray(value) ? new StackedRNNCells({ cells: value }) : value),
  (cell) => one.serialize(cell),
);

const fields = {
  /** The cell, or a list of cells of which each is given what the one before it put out. */
  cell: cellField,
  ...recurrentFields,
};
export type RNNOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, …]` to the cell's output in the last step, or `[batch, steps, …]` with `returnSequences`. */
export class RNN extends Recurrent<typeof fields> {
  static readonly className = 'RNN';
  static readonly fields = fields;

  protected override makeCell(): Layer {
    return this.options.cell;
  }
}

export const rnn = factory<RNNOptions, RNN>(RNN);
