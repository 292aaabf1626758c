/** Cells whose state is a vector. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { biasAdd } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import type { Fields } from '../serialization/fields.js';
import { gated, KernelCell, type KernelCellValuesInSteps, type WeightShapes } from './kernel-cell.js';
import { productWithKernel } from './product-with-kernel.js';

/** The base of simple, GRU and LSTM cells: the input's part is one product for all steps. */
export abstract class DenseCell<F extends Fields = Fields> extends KernelCell<F> {
  override get stateShapes(): readonly (readonly number[])[] {
    return [[this.units]];
  }

  override project(shared: KernelCellValuesInSteps, inputs: Output): Output {
    return biased(gated(this.gates, inputs, shared.kernel, shared, 'inputNoise', productWithKernel), shared.bias);
  }

  protected get units(): number {
    return (this.options as unknown as { readonly units: number }).units;
  }

  protected override weightShapes(input: Shape): WeightShapes {
    const features = input.at(-1);
    if (input.length !== 2 || typeof features !== 'number')
      throw new ValueError(
        `cell \`${this.name}\` needs an input [batch, features] for every step, of a known number of features, received [${input.join(', ')}]`,
      );
    const width = this.gates * this.units;
    return { kernel: [features, width], recurrent: [this.units, width], bias: [width] };
  }
}

/** A product with a bias where there is one. */
export const biased = (x: Output, bias: Output | undefined): Output => (bias === undefined ? x : biasAdd(x, bias));
