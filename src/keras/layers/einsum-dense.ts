/** A dense layer by Einstein's convention. */
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
import { regularizer } from '../regularizers/index.js';
import { field, optional, string } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** For example `abc,cd->abd`; `...` stands for any axes. */
  equation: string(),
  /** Sizes of the output without the batch, `null` where they are the input's. */
  outputShape: field<number | readonly (number | null)[], readonly (number | null)[]>(
    (name, value) =>
      Array.isArray(value) ? value.map((v, i) => (v === null ? null : checkInteger(`${name}[${i}]`, v))) : [checkInteger(name, value)],
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

/** The equation's output. */
export class EinsumDense extends Layer<typeof fields> {
  static readonly className = 'EinsumDense';
  static readonly fields = fields;
  #kernel!: Weight;
  #bias: Weight | undefined;

  protected override build(shape: Shape): void {
    const { equation, outputShape, biasAxes } = this.options;
    const parts = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(equation.replaceAll(' ', ''));
    if (parts === null)
      throw new ValueError(`\`equation\` of layer \`${this.name}\` must have the form \`ab,bc->ac\`, received ${JSON.stringify(equation)}`);
    const [, input, kernel, output] = parts as unknown as [string, string, string, string];
    const sizes = new Map<string, number | null>();
    // From the front up to the dots, and from the end back to them.
    const place = (letters: string, list: readonly (number | null)[]): void => {
      const [before, after = ''] = letters.split('...') as [string, string?];
      [...before].forEach((c, i) => sizes.set(c, sizes.get(c) ?? list[i] ?? null));
      [...after].forEach((c, i) => sizes.set(c, sizes.get(c) ?? list[list.length - after.length + i] ?? null));
    };
    place(input, shape);
    place(output, [null, ...outputShape]);
    const size = (c: string): number => {
      const known = sizes.get(c);
      if (typeof known !== 'number')
        throw new ValueError(
          `the size of \`${c}\` in \`equation\` of layer \`${this.name}\` is not known from the input [${shape.join(', ')}] and \`outputShape\``,
        );
      return known;
    };
    const o = this.options;
    this.#kernel = this.addWeight('kernel', [...kernel].map(size), {
      initializer: o.kernelInitializer,
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    if (biasAxes === null) return;
    const letters = [...output.replace('...', '')];
    const first = Math.min(...[...biasAxes].map((c) => letters.indexOf(c)));
    if (first < 0)
      throw new ValueError(
        `\`biasAxes\` of layer \`${this.name}\` must be axes of the output ${output}, received ${JSON.stringify(biasAxes)}`,
      );
    const biasShape = letters.slice(first).map((c) => (biasAxes.includes(c) ? size(c) : 1));
    this.#bias = this.addWeight('bias', biasShape, {
      initializer: o.biasInitializer,
      regularizer: o.biasRegularizer,
      constraint: o.biasConstraint,
    });
  }

  protected override call(ctx: Context, x: Output): Output {
    const y = einsum(this.options.equation.replaceAll(' ', ''), [x, this.read(ctx, this.#kernel)]);
    return this.options.activation.apply(this.#bias === undefined ? y : add(y, this.read(ctx, this.#bias)));
  }
}

export const einsumDense = factory<EinsumDenseOptions, EinsumDense>(EinsumDense);
