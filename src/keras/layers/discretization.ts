/** Numbers as the bins that they fall into. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { op } from '../../graph/ops/core.js';
import { cast } from '../../graph/ops/math.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { integer, list, number, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { denseField, encode, outputModeField } from './output-mode.js';

const fields = {
  /** Where bins end, in ascending order: `n` boundaries make `n + 1` bins, and a boundary belongs to the bin above it. */
  binBoundaries: optional(list(number())),
  /** How many bins Keras's `adapt` has made boundaries for; says nothing here. */
  numBins: optional(integer({ min: 0 })),
  /** The precision of Keras's `adapt`; says nothing here. */
  epsilon: number({ default: 0.01 }),
  /** `int` (default): the number of the bin; or encoded as by `categoryEncoding`. */
  outputMode: outputModeField(['int', 'one_hot', 'multi_hot', 'count'], 'int'),
  sparse: denseField,
};
export type DiscretizationOptions = LayerOptionsOf<typeof fields>;

/** The same shape as `int32`, or encoded over the bins. */
export class Discretization extends Layer<typeof fields> {
  static readonly className = 'Discretization';
  static readonly fields = fields;

  /** Keras takes no `trainable` for it. */
  override getConfig(): Record<string, unknown> {
    const { trainable: _, ...config } = super.getConfig();
    return config;
  }

  protected override build(): void {
    const { binBoundaries } = this.options;
    if (binBoundaries === null)
      throw new ValueError(`\`binBoundaries\` of layer \`${this.name}\` must be given: find them in the data, or with Keras's adapt`);
    if (binBoundaries.some((b, i) => i > 0 && b < (binBoundaries[i - 1] as number)))
      throw new ValueError(`\`binBoundaries\` of layer \`${this.name}\` must ascend, received [${binBoundaries.join(', ')}]`);
  }

  protected override call(_ctx: Context, x: Output): Output {
    const { binBoundaries, outputMode } = this.options;
    const boundaries = binBoundaries as readonly number[];
    const bins = op('Bucketize', [cast(x, 'float32')], { boundaries });
    return outputMode === 'int' ? bins : encode(this.name, bins, outputMode, boundaries.length + 1, this.policy.compute);
  }
}

export const discretization = factory<DiscretizationOptions, Discretization>(Discretization);
