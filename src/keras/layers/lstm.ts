/** Long short-term memory: Hochreiter and Schmidhuber, Neural Computation 9(8), 1997. */
import type { Output } from '../../graph/graph.js';
import { split } from '../../graph/ops/array.js';
import { add, mul } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { lstmSteps } from '../../graph/ops/recurrent.js';
import type { Activation } from '../activations/index.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import type { Initializer } from '../initializers/initializer.js';
import { factory } from '../serialization/keras-object.js';
import { DenseCell } from './dense-cell.js';
import {
  forgetFields,
  gated,
  gateFields,
  type KernelCellValuesInSteps,
  kernelCellFields,
  UnitForgetBias,
  unitsField,
} from './kernel-cell.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { type CellStep, type CellSteps, lastStep } from './recurrent-cell.js';

const cellFields = { ...unitsField, ...kernelCellFields, ...gateFields, ...forgetFields };

/** One step of {@link LSTM}: gates `i, f, c, o`; states `h` and `c`. */
export class LSTMCell extends DenseCell<typeof cellFields> {
  static readonly className = 'LSTMCell';
  static readonly fields = cellFields;
  protected override readonly gates = 4;

  override get stateShapes(): readonly (readonly number[])[] {
    return [[this.units], [this.units]];
  }

  override step(shared: KernelCellValuesInSteps, projected: Output, [h, c]: readonly Output[]): CellStep {
    const product = gated(4, h as Output, shared.recurrentKernel, shared, 'stateNoise', matMul);
    return gatedStep(add(projected, product), c as Output, this.options);
  }

  override allSteps(shared: KernelCellValuesInSteps, projected: Output, [h, c]: readonly Output[], counts?: Output): CellSteps | null {
    const { activation, recurrentActivation } = this.options;
    const isUsual = activation.name === 'tanh' && recurrentActivation.name === 'sigmoid' && shared.stateNoise0 === undefined;
    if (!isUsual || projected.dtype !== 'float32') return null;
    const { outputs, memories } = lstmSteps(projected, shared.recurrentKernel, h as Output, c as Output, counts);
    return { outputs, states: [lastStep(outputs, h as Output), lastStep(memories, c as Output)] };
  }

  protected override biasInitializer(given: Initializer): Initializer {
    return this.options.unitForgetBias ? new UnitForgetBias(given, this.units) : given;
  }
}

/** The gates of a long short-term memory, from what goes into them (gates `i, f, c, o` along the last axis) and the memory. */
export function gatedStep(
  gates: Output,
  memory: Output,
  { activation, recurrentActivation }: { readonly activation: Activation; readonly recurrentActivation: Activation },
): CellStep {
  const [i, f, g, o] = split(gates, 4, gates.rank - 1) as [Output, Output, Output, Output];
  const next = add(mul(recurrentActivation.apply(f), memory), mul(recurrentActivation.apply(i), activation.apply(g)));
  const output = mul(recurrentActivation.apply(o), activation.apply(next));
  return { output, states: [output, next] };
}

const fields = { ...cellFields, ...recurrentFields };
export type LSTMOptions = LayerOptionsOf<typeof fields>;
export type LSTMCellOptions = LayerOptionsOf<typeof cellFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`; states `h` and `c`. */
export class LSTM extends Recurrent<typeof fields> {
  static readonly className = 'LSTM';
  static readonly fields = fields;
  static readonly aliases = ['CuDNNLSTM'];

  protected override makeCell(): LSTMCell {
    return new LSTMCell(this.cellOptions(LSTMCell));
  }
}

export const lstmCell = factory<LSTMCellOptions, LSTMCell>(LSTMCell);
export const lstm = factory<LSTMOptions, LSTM>(LSTM);
