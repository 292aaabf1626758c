/** Cells: one step of a recurrent layer. */

import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add } from '../../graph/ops/math.js';
import type { Shape } from '../../tensor-spec.js';
import type { Activation } from '../activations/index.js';
import { activation } from '../activations/index.js';
import type { Constraint } from '../constraints/constraint.js';
import { constraint } from '../constraints/index.js';
import { Layer } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { seedField } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { boolean, type Fields, integer, number } from '../serialization/fields.js';

/** The options of every cell. */
export const cellFields = {
  /** Size of the state and of the output, at least 1. */
  units: integer({ min: 1 }),
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
  /** Share of the inputs that become 0, the same ones in all steps; 0 by default. */
  dropout: number({ min: 0, max: 1, default: 0 }),
  /** Share of the state that becomes 0 before it is used, the same in all steps; 0 by default. */
  recurrentDropout: number({ min: 0, max: 1, default: 0 }),
  /** Kept for Keras's files: randomness here follows from the seed of the training run. */
  seed: seedField,
};

/** The options of a cell with gates besides. */
export const gateFields = {
  /** Applied to the gates; `sigmoid` by default. */
  recurrentActivation: activation('sigmoid'),
};

export interface CellValues {
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
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

/** What a step gives. */
export interface CellStep {
  readonly output: Output;
  readonly states: readonly Output[];
}

/**
 * The base of cells. The part that depends on the input alone (`project`) is one product for all steps; `step` is what is left.
 */
export abstract class RecurrentCell<F extends Fields = Fields> extends Layer<F> {
  /** Gates, that is how many times `units` the kernels are wide. */
  protected abstract readonly gates: number;
  protected kernel!: Weight;
  protected recurrentKernel!: Weight;
  protected bias: Weight | undefined;

  /** Sizes of the states. */
  get stateSizes(): readonly number[] {
    return [this.values.units];
  }

  /** Inputs `[…, features]` to `[…, gates · units]`. */
  abstract project(ctx: Context, x: Output): Output;
  /** One step from what `project` gave for it, `[batch, gates · units]`, and the states, `[batch, size]` each. */
  abstract step(ctx: Context, projected: Output, states: readonly Output[]): CellStep;

  protected get values(): CellValues {
    return this.options as unknown as CellValues;
  }

  protected override build(shape: Shape): void {
    const features = shape.at(-1);
    if (typeof features !== 'number')
      throw new ValueError(`layer \`${this.name}\` needs an input whose last size is known, received [${shape.join(', ')}]`);
    const o = this.values;
    const width = this.gates * o.units;
    this.kernel = this.addWeight('kernel', [features, width], {
      initializer: o.kernelInitializer,
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight('recurrent_kernel', [o.units, width], {
      initializer: o.recurrentInitializer,
      regularizer: o.recurrentRegularizer,
      constraint: o.recurrentConstraint,
    });
    if (o.useBias)
      this.bias = this.addWeight('bias', this.biasShape(width), {
        initializer: this.biasInitializer(),
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
  }

  protected biasShape(width: number): readonly number[] {
    return [width];
  }

  protected biasInitializer(): Initializer {
    return this.values.biasInitializer;
  }

  /** The cell by itself, as a layer of one step: `[batch, features]` with the states as an argument. */
  protected override call(ctx: Context, x: Output, args: { readonly states?: readonly Output[] }): Output[] {
    if (args.states === undefined) throw new ValueError(`cell \`${this.name}\` needs its states as the argument \`states\``);
    const { output, states } = this.step(ctx, this.project(ctx, x), args.states);
    return [output, ...states];
  }
}

/** A product with a bias where there is one. */
export const biased = (x: Output, bias: Output | undefined): Output => (bias === undefined ? x : add(x, bias));
