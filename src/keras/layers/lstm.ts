/** Long short-term memory: Hochreiter and Schmidhuber, Neural Computation 9(8), 1997. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { split } from '../../graph/ops/array.js';
import { add, mul } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { Initializer } from '../initializers/initializer.js';
import { boolean } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { productWithKernel } from './product-with-kernel.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { biased, type CellStep, cellFields, gateFields, RecurrentCell } from './recurrent-cell.js';

const ownFields = {
  ...cellFields,
  ...gateFields,
  /** Whether the forget gate's bias begins at 1; `true` by default. */
  unitForgetBias: boolean(true),
};

/** One step of {@link LSTM}: gates `i, f, c, o`; states `h` and `c`. */
export class LSTMCell extends RecurrentCell<typeof ownFields> {
  static readonly className = 'LSTMCell';
  static readonly fields = ownFields;
  static readonly ignoredKeys = ['implementation'];
  protected override readonly gates = 4;

  override get stateSizes(): readonly number[] {
    return [this.options.units, this.options.units];
  }

  override project(ctx: Context, x: Output): Output {
    return biased(productWithKernel(x, this.read(ctx, this.kernel)), this.bias && this.read(ctx, this.bias));
  }

  override step(ctx: Context, projected: Output, [h, c]: readonly Output[]): CellStep {
    const { activation, recurrentActivation } = this.options;
    const z = add(projected, matMul(h as Output, this.read(ctx, this.recurrentKernel)));
    const [i, f, g, o] = split(z, 4, 1) as [Output, Output, Output, Output];
    const memory = add(mul(recurrentActivation.apply(f), c as Output), mul(recurrentActivation.apply(i), activation.apply(g)));
    const output = mul(recurrentActivation.apply(o), activation.apply(memory));
    return { output, states: [output, memory] };
  }

  protected override biasInitializer(): Initializer {
    return this.options.unitForgetBias
      ? new UnitForgetBias(this.options.biasInitializer, this.options.units)
      : this.options.biasInitializer;
  }
}

/** Ones for the forget gate, another initializer's values for the others. */
class UnitForgetBias extends Initializer {
  static readonly className = 'UnitForgetBias';
  static readonly fields = {};
  readonly #others: Initializer;
  readonly #units: number;

  constructor(others: Initializer, units: number) {
    super({});
    this.#others = others;
    this.#units = units;
  }

  protected override fill(data: Float32Array): void {
    data.set(this.#others.values([data.length], 'float32') as Float32Array);
    data.fill(1, this.#units, 2 * this.#units);
  }
}

const fields = { ...ownFields, ...recurrentFields };
export type LSTMOptions = LayerOptionsOf<typeof fields>;
export type LSTMCellOptions = LayerOptionsOf<typeof ownFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`; states `h` and `c`. */
export class LSTM extends Recurrent<typeof fields> {
  static readonly className = 'LSTM';
  static readonly fields = fields;
  static readonly aliases = ['CuDNNLSTM'];

  protected override makeCell(): RecurrentCell {
    return new LSTMCell({ ...this.cellOptions(Object.keys(ownFields)), name: 'cell', dtype: this.policy }) as unknown as RecurrentCell;
  }
}

export const lstmCell = factory<LSTMCellOptions, LSTMCell>(LSTMCell);
export const lstm = factory<LSTMOptions, LSTM>(LSTM);
