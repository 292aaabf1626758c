/** A dense layer whose product is written as Einstein's sum. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { add } from '../../graph/ops/math.js';
import { einsum } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { checkInteger } from '../../validate.js';
import { activation } from '../activations/index.js';
import { constraint } from '../constraints/index.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import type { Weight } from '../engine/weight.js';
import { initializer } from '../initializers/index.js';
import type { Initializer } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import { field, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { projected } from './projected.js';

type Sizes = readonly (number | null)[];

const fields = {
  /** `input,kernel->output`, for example `abc,cd->abd`; `...` on the left or on the right of input and output stands for any axes. */
  equation: string(),
  /** Sizes of the output without the batch and what `...` stands for, `null` where they are the input's. */
  outputShape: field<number | Sizes, Sizes>(
    (name, value) =>
      (Array.isArray(value) ? value : [value]).map((v: unknown, i) => (v === null ? null : checkInteger(`${name}[${i}]`, v, { min: 1 }))),
    (value) => [...value],
  ),
  /** Applied to the output; none by default. */
  activation: activation(),
  /** The axes of the output along which there is a bias, such as `d`; none by default. */
  biasAxes: optional(string()),
  /** `glorotUniform` by default. */
  kernelInitializer: initializer('glorotUniform'),
  /** `zeros` by default. */
  biasInitializer: initializer('zeros'),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
};
export type EinsumDenseOptions = LayerOptionsOf<typeof fields>;

const FORMS = [
  /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/,
  /^\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)$/,
  /^([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.$/,
];

/** The shapes that the equation asks for. */
interface Plan {
  readonly kernel: readonly number[];
  /** Empty where there is no bias. */
  readonly bias: readonly number[];
  /** Which of the kernel's axes are inputs, and which are outputs. */
  readonly inputAxes: readonly number[];
  readonly outputAxes: readonly number[];
}

/** The equation's output. */
export class EinsumDense extends Layer<typeof fields> {
  static readonly className = 'EinsumDense';
  static readonly fields = fields;
  static readonly ignoredKeys = ['gptq_unpacked_column_size'];
  #kernel!: Weight;
  #bias: Weight | undefined;

  protected override build(shape: Shape): void {
    const o = this.options;
    const { kernel, bias, inputAxes, outputAxes } = this.#plan(shape);
    this.#kernel = this.addWeight('kernel', kernel, {
      initializer: withFans(o.kernelInitializer, inputAxes, outputAxes),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    if (bias.length > 0)
      this.#bias = this.addWeight('bias', bias, {
        initializer: o.biasInitializer,
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
  }

  protected override call(ctx: Context, x: Output): Output {
    const [kernel, bias] = [this.read(ctx, this.#kernel), this.#bias && this.read(ctx, this.#bias)];
    const axes = this.#summedLast();
    const isWhole = bias === undefined || `${bias.shape}` === `${kernel.shape?.slice(axes)}`;
    if (axes > 0 && isWhole) return this.options.activation.apply(projected(x, kernel, bias, axes));
    const y = einsum(this.#equation, [x, kernel]);
    return this.options.activation.apply(bias === undefined ? y : add(y, bias));
  }

  /** How many of the input's last axes are the kernel's first, where its others take their place: 0 where it is no plain product. */
  #summedLast(): number {
    const [input, kernel, output] = this.#equation.replaceAll('...', '').split(/,|->/) as [string, string, string];
    const axes = [...kernel].filter((label) => input.includes(label)).length;
    const [summed, given] = [kernel.slice(0, axes), kernel.slice(axes)];
    const isProduct = input.endsWith(summed) && output === input.slice(0, input.length - axes) + given;
    const isDistinct = new Set(input + given).size === input.length + given.length;
    return isProduct && isDistinct && given.length > 0 && !this.#equation.endsWith('...') ? axes : 0;
  }

  get #equation(): string {
    return this.options.equation.replaceAll(' ', '');
  }

  #plan(shape: Shape): Plan {
    const { outputShape } = this.options;
    const biasAxes = [...(this.options.biasAxes ?? '')];
    const equation = this.#equation;
    const fail: (problem: string) => never = (problem) => {
      throw new ValueError(`\`equation\` of layer \`${this.name}\` ${problem}, received ${equation} for an input [${shape.join(', ')}]`);
    };
    const parts = FORMS.map((form) => form.exec(equation)).find((match) => match !== null);
    if (parts === undefined) fail('must have the form ab,bc->ac, ...ab,bc->...ac or ab...,bc->ac...');
    const [, inputs, kernels, outputs] = parts as unknown as [string, string, string, string];
    const left = equation.startsWith('...');
    const elided = shape.length - inputs.length;
    if (elided < 0 || (elided > 0 && !equation.includes('...'))) fail(`must name the ${shape.length} axes of the input`);
    // Dots on the left stand for the batch, too; else the batch is named first, and what the dots stand for comes last.
    const whole = left
      ? [...shape.slice(0, Math.max(elided, 1)), ...outputShape]
      : [shape[0] ?? null, ...outputShape, ...shape.slice(shape.length - elided)];
    const offset = left ? elided : 0;
    const given = new Map([...inputs].map((label, i) => [label, shape[i + offset] ?? null]));
    const wanted = new Map([...outputs].map((label, i) => [label, whole[i + offset] ?? null]));
    for (const label of outputs) {
      if (!given.has(label) && !kernels.includes(label)) fail(`has the axis ${label} in its output alone`);
      const [size, other] = [wanted.get(label) ?? null, given.get(label) ?? null];
      if (size !== null && given.has(label) && size !== other)
        fail(`has the axis ${label} of size ${other}, and ${size} in \`outputShape\``);
    }
    const sizeOf = (label: string): number => wanted.get(label) ?? given.get(label) ?? fail(`has the axis ${label} of unknown size`);
    const stray = biasAxes.find((label) => !outputs.includes(label));
    if (stray !== undefined)
      throw new ValueError(`\`biasAxes\` of layer \`${this.name}\` must be axes of ${equation}'s output, received ${stray}`);
    const first = Math.min(...biasAxes.map((label) => outputs.indexOf(label)));
    const bias = biasAxes.length === 0 ? [] : [...outputs.slice(first)].map((label) => (biasAxes.includes(label) ? sizeOf(label) : 1));
    const axes = (isOutput: boolean): number[] => [...kernels].flatMap((label, i) => (wanted.has(label) === isOutput ? [i] : []));
    return {
      kernel: [...kernels].map(sizeOf),
      bias: left || bias.length === 0 ? bias : [...bias, ...Array.from({ length: elided }, () => 1)],
      inputAxes: axes(false),
      outputAxes: axes(true),
    };
  }
}

/** An initializer whose scale depends on the numbers of inputs and outputs is told which axes they are. */
function withFans(rule: Initializer, inputAxes: readonly number[], outputAxes: readonly number[]): Initializer {
  const own = rule.options as { readonly inputAxes?: unknown; readonly outputAxes?: unknown };
  if (own.inputAxes !== null || own.outputAxes !== null) return rule;
  return new (rule.constructor as new (options: object) => Initializer)({ ...own, inputAxes, outputAxes });
}

export const einsumDense = factory<EinsumDenseOptions, EinsumDense>(EinsumDense);
