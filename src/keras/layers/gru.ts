/** Gated recurrent units: Cho et al., EMNLP 2014, https://arxiv.org/abs/1406.1078. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis, sliceAxis, split } from '../../graph/ops/array.js';
import { add, mul, sub } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { boolean } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { productWithKernel } from './product-with-kernel.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { biased, type CellStep, cellFields, gateFields, RecurrentCell } from './recurrent-cell.js';

const ownFields = {
  ...cellFields,
  ...gateFields,
  /** Whether the reset gate is applied after the product with the state, as in cuDNN; `true` by default. */
  resetAfter: boolean(true),
};

/** One step of {@link GRU}: gates `z, r, h`; one state. */
export class GRUCell extends RecurrentCell<typeof ownFields> {
  static readonly className = 'GRUCell';
  static readonly fields = ownFields;
  static readonly ignoredKeys = ['implementation'];
  protected override readonly gates = 3;

  override project(ctx: Context, x: Output): Output {
    const bias = this.bias && this.read(ctx, this.bias);
    return biased(productWithKernel(x, this.read(ctx, this.kernel)), bias && this.options.resetAfter ? indexAxis(bias, 0, 0) : bias);
  }

  override step(ctx: Context, projected: Output, [state]: readonly Output[]): CellStep {
    const { activation, recurrentActivation, resetAfter, units } = this.options;
    const h = state as Output;
    const kernel = this.read(ctx, this.recurrentKernel);
    const [xz, xr, xh] = split(projected, 3, 1) as [Output, Output, Output];
    let z: Output;
    let candidate: Output;
    if (resetAfter) {
      const product = biased(matMul(h, kernel), this.bias && indexAxis(this.read(ctx, this.bias), 0, 1));
      const [hz, hr, hh] = split(product, 3, 1) as [Output, Output, Output];
      z = recurrentActivation.apply(add(xz, hz));
      candidate = add(xh, mul(recurrentActivation.apply(add(xr, hr)), hh));
    } else {
      const [hz, hr] = split(matMul(h, sliceAxis(kernel, 1, 0, 2 * units)), 2, 1) as [Output, Output];
      z = recurrentActivation.apply(add(xz, hz));
      candidate = add(xh, matMul(mul(recurrentActivation.apply(add(xr, hr)), h), sliceAxis(kernel, 1, 2 * units)));
    }
    const output = add(mul(z, h), mul(sub(1, z), activation.apply(candidate)));
    return { output, states: [output] };
  }

  protected override biasShape(width: number): readonly number[] {
    return this.options.resetAfter ? [2, width] : [width];
  }
}

const fields = { ...ownFields, ...recurrentFields };
export type GRUOptions = LayerOptionsOf<typeof fields>;
export type GRUCellOptions = LayerOptionsOf<typeof ownFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`. */
export class GRU extends Recurrent<typeof fields> {
  static readonly className = 'GRU';
  static readonly fields = fields;
  static readonly aliases = ['CuDNNGRU'];

  protected override makeCell(): RecurrentCell {
    return new GRUCell({ ...this.cellOptions(Object.keys(ownFields)), name: 'cell', dtype: this.policy }) as unknown as RecurrentCell;
  }
}

export const gruCell = factory<GRUCellOptions, GRUCell>(GRUCell);
export const gru = factory<GRUOptions, GRU>(GRU);
