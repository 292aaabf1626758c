/** The fully connected recurrent layer. */
import type { Output } from '../../graph/graph.js';
import { add } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { simpleRnnSteps } from '../../graph/ops/recurrent.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { DenseCell } from './dense-cell.js';
import { gated, type KernelCellValuesInSteps, kernelCellFields, unitsField } from './kernel-cell.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { type CellStep, type CellSteps, lastStep } from './recurrent-cell.js';

const cellFields = { ...unitsField, ...kernelCellFields };

/** One step of {@link SimpleRNN}; one state. */
export class SimpleRNNCell extends DenseCell<typeof cellFields> {
  static readonly className = 'SimpleRNNCell';
  static readonly fields = cellFields;
  protected override readonly gates = 1;

  override step(shared: KernelCellValuesInSteps, projected: Output, [h]: readonly Output[]): CellStep {
    const product = gated(1, h as Output, shared.recurrentKernel, shared, 'stateNoise', matMul);
    const output = this.options.activation.apply(add(projected, product));
    return { output, states: [output] };
  }

  override allSteps(shared: KernelCellValuesInSteps, projected: Output, [h]: readonly Output[], counts?: Output): CellSteps | null {
    const { name } = this.options.activation;
    const isUsual = (name === 'tanh' || name === 'relu') && shared.stateNoise0 === undefined;
    if (!isUsual || projected.dtype !== 'float32') return null;
    const outputs = simpleRnnSteps(projected, shared.recurrentKernel, h as Output, name, counts);
    return { outputs, states: [lastStep(outputs, h as Output)] };
  }
}

const fields = { ...cellFields, ...recurrentFields };
export type SimpleRNNOptions = LayerOptionsOf<typeof fields>;
export type SimpleRNNCellOptions = LayerOptionsOf<typeof cellFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`. */
export class SimpleRNN extends Recurrent<typeof fields> {
  static readonly className = 'SimpleRNN';
  static readonly fields = fields;

  protected override makeCell(): SimpleRNNCell {
    return new SimpleRNNCell(this.cellOptions(SimpleRNNCell));
  }
}

export const simpleRNNCell = factory<SimpleRNNCellOptions, SimpleRNNCell>(SimpleRNNCell);
export const simpleRNN = factory<SimpleRNNOptions, SimpleRNN>(SimpleRNN);
