/** Long short-term memory with convolutions for products: Shi et al., NeurIPS 2015, https://arxiv.org/abs/1506.04214. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, reshape, sizesOf, squeeze } from '../../graph/ops/array.js';
import { add } from '../../graph/ops/math.js';
import { conv2d, conv3d, type Padding } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import type { Activation } from '../activations/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { type Fields, integer, spatial } from '../serialization/fields.js';
import { paddingField } from './convolution.js';
import { dataFormat } from './data-format.js';
import { biased } from './dense-cell.js';
import {
  forgetFields,
  gated,
  gateFields,
  KernelCell,
  type KernelCellValuesInSteps,
  kernelCellFields,
  UnitForgetBias,
  type WeightShapes,
} from './kernel-cell.js';
import { gatedStep } from './lstm.js';
import { Recurrent, recurrentFields } from './recurrent.js';
import type { CellStep } from './recurrent-cell.js';

/** The options of a cell over `rank` spatial axes. */
const convLSTMCellFields = (rank: number) => ({
  /** Size of the output's last axis, at least 1. */
  filters: integer({ min: 1 }),
  /** Size of the windows, over the input and over the state. */
  kernelSize: spatial(rank),
  /** Steps between windows over the input; 1 by default. */
  strides: spatial(rank, { default: 1 }),
  /** Of the input; the state keeps its size. */
  padding: paddingField,
  /** Distance between the elements of a window over the input; 1 by default. */
  dilationRate: spatial(rank, { default: 1 }),
  ...kernelCellFields,
  ...gateFields,
  ...forgetFields,
});

/** The options of a layer over `rank` spatial axes. */
export const convLSTMFields = (rank: number) => ({ ...convLSTMCellFields(rank), dataFormat, ...recurrentFields });

interface ConvLSTMValues {
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilationRate: readonly number[];
  readonly unitForgetBias: boolean;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
}

abstract class ConvLSTMCell extends KernelCell {
  protected override readonly gates = 4;
  #spatial: readonly number[] = [];

  override get stateShapes(): readonly (readonly number[])[] {
    const state = [...this.#spatial, this.#own.filters];
    return [state, state];
  }

  /** As in Keras, whose other cells do so only where the state is dropped. */
  protected override get noiseIsPerGate(): boolean {
    return true;
  }

  override project(shared: KernelCellValuesInSteps, inputs: Output): Output {
    const { strides, padding, dilationRate } = this.#own;
    const [steps, batch, ...shape] = sizesOf(inputs);
    const product = (x: Output, kernel: Output): Output => convolve(reshape(x, [-1, ...shape]), kernel, strides, padding, dilationRate);
    const y = biased(gated(this.gates, inputs, shared.kernel, shared, 'inputNoise', product), shared.bias);
    return reshape(y, [steps as number, batch as number, ...sizesOf(y).slice(1)]);
  }

  override step(shared: KernelCellValuesInSteps, projected: Output, [h, c]: readonly Output[]): CellStep {
    const ones = this.#own.strides.map(() => 1);
    const product = (x: Output, kernel: Output): Output => convolve(x, kernel, ones, 'same', ones);
    const sum = gated(this.gates, h as Output, shared.recurrentKernel, shared, 'stateNoise', product);
    return gatedStep(add(projected, sum), c as Output, this.#own);
  }

  protected override weightShapes(input: Shape): WeightShapes {
    const { filters, kernelSize, strides, padding, dilationRate } = this.#own;
    const channels = input.at(-1);
    const sizes = input.slice(1, -1);
    if (input.length !== kernelSize.length + 2 || typeof channels !== 'number' || sizes.some((s) => s === null))
      throw new ValueError(
        `cell \`${this.name}\` needs an input of ${kernelSize.length + 2} axes for every step, of known sizes, received [${input.join(', ')}]`,
      );
    if (strides.some((s) => s > 1) && dilationRate.some((d) => d > 1))
      throw new ValueError(`\`strides\` of cell \`${this.name}\` must be 1 where \`dilationRate\` is not, received ${strides.join(', ')}`);
    this.#spatial = (sizes as number[]).map((size, i) => {
      const [window, stride, dilation] = [kernelSize[i], strides[i], dilationRate[i]] as [number, number, number];
      return padding === 'same' ? Math.ceil(size / stride) : Math.floor((size - dilation * (window - 1) - 1) / stride) + 1;
    });
    const width = 4 * filters;
    return { kernel: [...kernelSize, channels, width], recurrent: [...kernelSize, filters, width], bias: [width] };
  }

  protected override biasInitializer(given: Initializer): Initializer {
    return this.#own.unitForgetBias ? new UnitForgetBias(given, this.#own.filters) : given;
  }

  get #own(): ConvLSTMValues {
    return this.options as unknown as ConvLSTMValues;
  }
}

/** A convolution over one, two or three axes; one axis is a plane of height 1. */
function convolve(x: Output, kernel: Output, strides: readonly number[], padding: Padding, dilations: readonly number[]): Output {
  if (strides.length === 3) return conv3d(x, kernel, strides, padding, dilations);
  if (strides.length === 2) return conv2d(x, kernel, strides, padding, dilations);
  return squeeze(conv2d(expandDims(x, 1), expandDims(kernel, 0), [1, ...strides], padding, [1, ...dilations]), [1]);
}

/** The base of the layers: a cell of their own options. */
export abstract class ConvLSTM<F extends Fields> extends Recurrent<F> {
  protected override makeCell(): ConvLSTMCell {
    const cell = CELLS[(this.options as unknown as ConvLSTMValues).strides.length - 1] as (typeof CELLS)[number];
    return new cell(this.cellOptions(cell));
  }
}

// Keras has no public cells of this kind, so files never name them.
const CELLS = [1, 2, 3].map(
  (rank) =>
    class extends ConvLSTMCell {
      static readonly className: string = 'ConvLSTMCell';
      static readonly fields: Fields = convLSTMCellFields(rank);
    },
);
