/** Gated recurrent units: Cho et al., EMNLP 2014, https://arxiv.org/abs/1406.1078, in their two forms. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { indexAxis, type Size, split, splitSizes } from '../../graph/ops/array.js';
import { add, mul, sub } from '../../graph/ops/math.js';
import { matMul } from '../../graph/ops/nn.js';
import { gruSteps } from '../../graph/ops/recurrent.js';
import type { Shape } from '../../tensor-spec.js';
import type { LayerOptionsOf } from '../engine/layer.js';
import { boolean } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { biased, DenseCell } from './dense-cell.js';
import { gated, gateFields, type KernelCellValuesInSteps, kernelCellFields, noisy, unitsField, type WeightShapes } from './kernel-cell.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import { type CellStep, type CellSteps, lastStep, zerosOf } from './recurrent-cell.js';

const cellFields = {
  ...unitsField,
  ...kernelCellFields,
  ...gateFields,
  /** Whether the reset gate is applied after the product with the state, as in cuDNN; `true` by default. */
  resetAfter: boolean(true),
};

/** One step of {@link GRU}: gates `z, r, h`; one state. */
export class GRUCell extends DenseCell<typeof cellFields> {
  static readonly className = 'GRUCell';
  static readonly fields = cellFields;
  protected override readonly gates = 3;

  /** With `resetAfter` the bias has a part for the input and one for the state, else the gates and the candidate have a kernel each. */
  override prepare(ctx: Context, input: readonly Size[]): KernelCellValuesInSteps {
    const { bias, ...shared } = super.prepare(ctx, input);
    const { resetAfter, units } = this.options;
    if (!resetAfter) {
      const [gateKernel, candidateKernel] = splitSizes(shared.recurrentKernel, [2 * units, units], 1) as [Output, Output];
      return { ...shared, ...(bias && { bias }), gateKernel, candidateKernel } as KernelCellValuesInSteps;
    }
    return { ...shared, ...(bias && { bias: indexAxis(bias, 0, 0), recurrentBias: indexAxis(bias, 0, 1) }) } as KernelCellValuesInSteps;
  }

  override step(shared: KernelCellValuesInSteps, projected: Output, [h]: readonly Output[]): CellStep {
    const { activation, recurrentActivation, resetAfter } = this.options;
    const state = h as Output;
    const [xz, xr, xh] = split(projected, 3, 1) as [Output, Output, Output];
    let z: Output;
    let candidate: Output;
    if (resetAfter) {
      const product = biased(gated(3, state, shared.recurrentKernel, shared, 'stateNoise', matMul), shared.recurrentBias);
      const [hz, hr, hh] = split(product, 3, 1) as [Output, Output, Output];
      z = recurrentActivation.apply(add(xz, hz));
      candidate = add(xh, mul(recurrentActivation.apply(add(xr, hr)), hh));
    } else {
      const [hz, hr] = split(gated(2, state, shared.gateKernel as Output, shared, 'stateNoise', matMul), 2, 1) as [Output, Output];
      z = recurrentActivation.apply(add(xz, hz));
      const reset = mul(recurrentActivation.apply(add(xr, hr)), noisy(state, shared, 'stateNoise', 2));
      candidate = add(xh, matMul(reset, shared.candidateKernel as Output));
    }
    const output = add(mul(z, h as Output), mul(sub(1, z), activation.apply(candidate)));
    return { output, states: [output] };
  }

  override allSteps(shared: KernelCellValuesInSteps, projected: Output, [h]: readonly Output[], counts?: Output): CellSteps | null {
    const { activation, recurrentActivation, resetAfter, units } = this.options;
    const isUsual = resetAfter && activation.name === 'tanh' && recurrentActivation.name === 'sigmoid' && shared.stateNoise0 === undefined;
    if (!isUsual || projected.dtype !== 'float32') return null;
    const bias = shared.recurrentBias ?? zerosOf(projected, [3 * units]);
    const outputs = gruSteps(projected, shared.recurrentKernel, bias, h as Output, counts);
    return { outputs, states: [lastStep(outputs, h as Output)] };
  }

  protected override weightShapes(input: Shape): WeightShapes {
    const shapes = super.weightShapes(input);
    return this.options.resetAfter ? { ...shapes, bias: [2, ...shapes.bias] } : shapes;
  }
}

const fields = { ...cellFields, ...recurrentFields };
export type GRUOptions = LayerOptionsOf<typeof fields>;
export type GRUCellOptions = LayerOptionsOf<typeof cellFields>;

/** `[batch, steps, features]` to `[batch, units]`, or `[batch, steps, units]` with `returnSequences`. */
export class GRU extends Recurrent<typeof fields> {
  static readonly className = 'GRU';
  static readonly fields = fields;
  static readonly aliases = ['CuDNNGRU'];

  protected override makeCell(): GRUCell {
    return new GRUCell(this.cellOptions(GRUCell));
  }
}

export const gruCell = factory<GRUCellOptions, GRUCell>(GRUCell);
export const gru = factory<GRUOptions, GRU>(GRU);
