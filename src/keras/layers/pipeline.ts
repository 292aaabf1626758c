/** Layers one after another, as one. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Shape } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import { input } from '../engine/input.js';
import type { KerasTensor } from '../engine/keras-tensor.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { list } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { layerField } from './layer-registry.js';

const fields = {
  /** The layers, at least one; each is given what the one before it puts out. */
  layers: list(layerField()),
};
export type PipelineOptions = LayerOptionsOf<typeof fields>;

/** What the last layer puts out, with the mask that it gives. */
export class Pipeline extends Layer<typeof fields> {
  static readonly className = 'Pipeline';
  static readonly fields = fields;
  protected override readonly takesStructure = true;
  // Each of the layers casts for itself.
  protected override readonly autocast = false;
  readonly #layers: readonly Layer[];

  constructor(options: PipelineOptions) {
    super(options);
    this.#layers = this.track('layers', [...this.options.layers]);
    if (this.#layers.length === 0) throw new ValueError(`\`layers\` of ${this.name} must be at least one layer`);
  }

  /** Keras writes the layers and the name alone, so layers say themselves whether they are trained. */
  override getConfig(): Record<string, unknown> {
    const layers = this.#layers.map((layer) => {
      const { config, ...rest } = layer.serialize();
      return { ...rest, config: this.trainable ? config : { ...config, trainable: false } };
    });
    return { name: this.name, layers };
  }

  override apply(inputs: Tree<KerasTensor>, args: CallArguments = {}): KerasTensor & KerasTensor[] {
    // Here the inputs' element types are known, too.
    if (!this.built) this.#connect(inputs);
    return super.apply(inputs, args);
  }

  protected override build(shape: Shape): void {
    if (!this.#layers.every((layer) => layer.built)) this.#connect(input({ batchShape: shape }));
  }

  protected override call(ctx: Context, inputs: Tree<Output>): Tree<Output> {
    return this.#layers.reduce((x, layer) => layer.invoke(ctx, x), inputs);
  }

  protected override setMasks(): void {}

  #connect(inputs: Tree<KerasTensor>): void {
    this.#layers.reduce<Tree<KerasTensor>>((x, layer) => layer.apply(x), inputs);
  }
}

export const pipeline = factory<PipelineOptions, Pipeline>(Pipeline);
