/** Cells with a kernel for the input, one for the state, and a bias. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, fill, type Size, sizes, split } from '../../graph/ops/array.js';
import { mul } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import { activation } from '../activations/index.js';
import type { Constraint } from '../constraints/constraint.js';
import { constraint } from '../constraints/index.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import { Initializer, seedField } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { boolean, type Fields, integer, number } from '../serialization/fields.js';
import { drop } from './dropout.js';
import { type Named, RecurrentCell } from './recurrent-cell.js';

/** The options of every such cell. */
export const kernelCellFields = {
  /** Applied to the new state; `tanh` by default. */
  activation: activation('tanh'),
  /** Whether a bias is added; `true` by default. */
  useBias: boolean(true),
  /** `glorotUniform` by default. */
  kernelInitializer: initializer('glorotUniform'),
  /** `orthogonal` by default. */
  recurrentInitializer: initializer('orthogonal'),
  /** `zeros` by default. */
  biasInitializer: initializer('zeros'),
  kernelRegularizer: regularizer(),
  recurrentRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  recurrentConstraint: constraint(),
  biasConstraint: constraint(),
  /** Share of the inputs that become 0, the same ones in all steps, and for all gates unless `recurrentDropout` is set; 0 by default. */
  dropout: number({ min: 0, max: 1, default: 0 }),
  /** Share of the state that becomes 0 before it is used, the same in all steps but others for each gate; 0 by default. */
  recurrentDropout: number({ min: 0, max: 1, default: 0 }),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};

/** The option of cells whose state is a vector. */
export const unitsField = {
  /** Size of the state and of the output, at least 1. */
  units: integer({ min: 1 }),
};

/** The option of cells with gates besides. */
export const gateFields = {
  /** Applied to the gates; `sigmoid` by default. */
  recurrentActivation: activation('sigmoid'),
};

/** The option of cells with a forget gate besides. */
export const forgetFields = {
  /** Whether the forget gate's bias begins at 1; `true` by default. */
  unitForgetBias: boolean(true),
};

interface KernelCellValues {
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly recurrentInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly recurrentRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly recurrentConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
}

/** The factors of {@link KernelCell.prepare} by the beginning of their names: one for all gates, or one for each. */
const noisesOf = (shared: Named, name: 'inputNoise' | 'stateNoise'): Output[] => {
  const noises: Output[] = [];
  for (let noise = shared[`${name}0`]; noise !== undefined; noise = shared[`${name}${noises.length}`]) noises.push(noise);
  return noises;
};

/** What a gate sees of a value: where there is noise, times that of all gates or its own. */
export function noisy(x: Output, shared: Named, name: 'inputNoise' | 'stateNoise', gate: number): Output {
  const noises = noisesOf(shared, name);
  const noise = noises[noises.length === 1 ? 0 : gate];
  return noise === undefined ? x : mul(x, noise);
}

/** The product of a value with a kernel of some gates: for all together, or gate by gate where each has noise of its own. */
export function gated(
  gates: number,
  x: Output,
  kernel: Output,
  shared: Named,
  name: 'inputNoise' | 'stateNoise',
  product: (x: Output, kernel: Output) => Output,
): Output {
  if (noisesOf(shared, name).length <= 1) return product(noisy(x, shared, name, 0), kernel);
  const kernels = split(kernel, gates, kernel.rank - 1);
  const products = kernels.map((k, gate) => product(noisy(x, shared, name, gate), k));
  return concat(products, (products[0] as Output).rank - 1);
}

/** What the steps of such a cell share. */
export interface KernelCellValuesInSteps extends Named {
  readonly kernel: Output;
  readonly recurrentKernel: Output;
}

/** The shapes of a cell's weights. */
export interface WeightShapes {
  readonly kernel: readonly number[];
  readonly recurrent: readonly number[];
  readonly bias: readonly number[];
}

export abstract class KernelCell<F extends Fields = Fields> extends RecurrentCell<F> {
  static readonly ignoredKeys: readonly string[] = ['implementation'];
  #kernel!: Weight;
  #recurrentKernel!: Weight;
  #bias: Weight | undefined;

  /** Parts of the kernels, each of which makes one of what a step is computed from. */
  protected abstract readonly gates: number;

  /** Whether each gate has noise of its own, as in Keras where the state is dropped too. */
  protected get noiseIsPerGate(): boolean {
    return this.#values.recurrentDropout > 0;
  }

  /** @throws ValueError for inputs that the cell cannot take. */
  protected abstract weightShapes(input: Shape): WeightShapes;

  protected override build(shape: Shape): void {
    const o = this.#values;
    const shapes = this.weightShapes(shape);
    this.#kernel = this.addWeight('kernel', shapes.kernel, {
      initializer: o.kernelInitializer,
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    this.#recurrentKernel = this.addWeight('recurrent_kernel', shapes.recurrent, {
      initializer: o.recurrentInitializer,
      regularizer: o.recurrentRegularizer,
      constraint: o.recurrentConstraint,
    });
    if (o.useBias)
      this.#bias = this.addWeight('bias', shapes.bias, {
        initializer: this.biasInitializer(o.biasInitializer),
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
  }

  /** How the bias begins, from the option. */
  protected biasInitializer(given: Initializer): Initializer {
    return given;
  }

  /** Also `bias`, and factors `inputNoise0` and `stateNoise0` (of the first gate, with `…1` of the next), where there are such. */
  override prepare(ctx: Context, input: readonly Size[]): KernelCellValuesInSteps {
    const { dropout, recurrentDropout } = this.#values;
    const shared: Record<string, Output> & KernelCellValuesInSteps = {
      kernel: this.read(ctx, this.#kernel),
      recurrentKernel: this.read(ctx, this.#recurrentKernel),
    };
    if (this.#bias !== undefined) shared.bias = this.read(ctx, this.#bias);
    const noise = (rate: number, shape: readonly Size[]): Output => {
      const one = ctx.graph.constant(1, this.policy.compute);
      return drop(ctx, fill(sizes(one, shape), one), rate, () => shape);
    };
    const state = [input[0] as Size, ...(this.stateShapes[0] as readonly number[])];
    for (let gate = 0; ctx.training && gate < (this.noiseIsPerGate ? this.gates : 1); gate++) {
      if (dropout > 0) shared[`inputNoise${gate}`] = noise(dropout, input);
      if (recurrentDropout > 0) shared[`stateNoise${gate}`] = noise(recurrentDropout, state);
    }
    return shared;
  }

  get #values(): KernelCellValues {
    return this.options as unknown as KernelCellValues;
  }
}

/** Ones for the second of a cell's gates, the forget gate, another initializer's values for the others. */
export class UnitForgetBias extends Initializer {
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
