/** A layer applied to every step by itself. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { product, reshape, type Size, sizesOf, stack, unstack } from '../../graph/ops/array.js';
import type { Shape } from '../../tensor-spec.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { factory } from '../serialization/keras-object.js';
import { layerField } from './layer-registry.js';

const fields = {
  /** The layer. */
  layer: layerField(),
};
export type TimeDistributedOptions = LayerOptionsOf<typeof fields>;

/** `[batch, steps, …]` to `[batch, steps, …]`: the layer's output for each step, with the same weights. */
export class TimeDistributed extends Layer<typeof fields> {
  static readonly className = 'TimeDistributed';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;
  readonly #layer: Layer;

  constructor(options: TimeDistributedOptions) {
    super(options);
    this.#layer = this.track('layer', this.options.layer);
  }

  protected override build(shape: Shape): void {
    if (shape.length < 3) throw new ValueError(`layer \`${this.name}\` needs an input [batch, steps, …], received [${shape.join(', ')}]`);
    this.#layer.ensureBuilt([shape[0] ?? null, ...shape.slice(2)]);
  }

  protected override call(ctx: Context, x: Output): Output {
    const [batch, steps, ...rest] = sizesOf(x) as [Size, Size, ...Size[]];
    // Statistics of a batch, as of batch normalisation, are those of one step at a time, and move once per step.
    if (ctx.training && typeof steps === 'number' && this.#layer.trainable && this.#layer.weights.some((w) => !w.trainable))
      return stack(
        unstack(x, 1).map((step) => this.#layer.invoke(ctx, step) as Output),
        1,
      );
    const rows = product([batch, steps], x);
    const y = this.#layer.invoke(ctx, reshape(x, [typeof rows === 'number' ? rows : -1, ...rest])) as Output;
    return reshape(y, [typeof steps === 'number' ? -1 : batch, steps, ...sizesOf(y).slice(1)]);
  }
}

export const timeDistributed = factory<TimeDistributedOptions, TimeDistributed>(TimeDistributed);
