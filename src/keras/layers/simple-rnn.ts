/** The fully connected recurrent layer. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { productWithKernel } from './product-with-kernel.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { biased, type CellStep, cellFields, RecurrentCell } from './recurrent-cell.js';

/** One step of {@link SimpleRNN}; one state. */
export class SimpleRNNCell extends RecurrentCell<typeof cellFields> {
  static readonly className = 'SimpleRNNCell';
  static readonly fields = cellFields;
  protected override readonly gates = 1;

  override project(ctx: Context, x: Output): Output {
    return biased(productWithKernel(x, this.read(ctx, this.kernel)), this.bias && this.read(ctx, this.bias));
  }

  override step(ctx: Context, projected: Output, [h]: readonly Output[]): CellStep {
    const output = this.options.activation.apply(add(projected, matMul(h as Output, this.read(ctx, this.recurrentKernel))));
    return { output, states: [output] };
  }
}

const fields = { ...cellFields, ...recurrentFields };
export type SimpleRNNOptions = LayerOptionsOf<typeof fields>;
export type SimpleRNNCellOptions = LayerOptionsOf<typeof cellFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`. */
export class SimpleRNN extends Recurrent<typeof fields> {
  static readonly className = 'SimpleRNN';
  static readonly fields = fields;

  protected override makeCell(): RecurrentCell {
    return new SimpleRNNCell({
      ...this.cellOptions(Object.keys(cellFields)),
      name: 'cell',
      dtype: this.policy,
    }) as unknown as RecurrentCell;
  }
}

export const simpleRNNCell = factory<SimpleRNNCellOptions, SimpleRNNCell>(SimpleRNNCell);
export const simpleRNN = factory<SimpleRNNOptions, SimpleRNN>(SimpleRNN);
