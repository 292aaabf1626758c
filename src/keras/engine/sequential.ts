/** Sequential models: layers one after another. */

import type { DType } from '../../dtype.js';
import { typeError, ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Shape } from '../../tensor-spec.js';
import type { Tree } from '../../tree.js';
import { mustBe } from '../../validate.js';
import type { KerasConfig } from '../serialization/registry.js';
import { Functional } from './functional.js';
import { InputLayer, input } from './input.js';
import { KerasTensor } from './keras-tensor.js';
import { Layer } from './layer.js';
import { Model } from './model.js';
import { sequentialConfig } from './model-config.js';

const fields = {};

export class Sequential extends Model<typeof fields> {
  static readonly className = 'Sequential';
  static readonly fields = fields;
  readonly layers: readonly Layer[];
  readonly #stack: readonly Layer[];
  #functional: Functional | undefined;

  constructor(layers: readonly (KerasTensor | Layer)[], options: { readonly name?: string | null; readonly trainable?: boolean } = {}) {
    super(options);
    if (!Array.isArray(layers)) throw mustBe('layers', 'a list of layers', layers);
    layers.forEach((layer, i) => {
      if (layer instanceof KerasTensor ? i > 0 || !(layer.node.layer instanceof InputLayer) : !(layer instanceof Layer)) {
        throw mustBe(`layers[${i}]`, i === 0 ? 'a layer, or an input from keras.input' : 'a layer', layer);
      }
    });
    const [first] = layers;
    const start = first instanceof KerasTensor ? first : first instanceof InputLayer ? first.output : undefined;
    this.#stack = layers.filter((l): l is Layer => l instanceof Layer && !(l instanceof InputLayer));
    // As in Keras, the input is no member of `layers`.
    this.layers = this.#stack;
    const names = this.#stack.map((l) => l.name);
    const twice = names.find((n, i) => names.indexOf(n) !== i);
    if (twice !== undefined) throw new ValueError(`the names of a model's layers must be unique, received two layers \`${twice}\``);
    this.track('layers', [...this.#stack]);
    if (start !== undefined) this.#connect(start);
  }

  /** Builds a model that was made without an input, for examples of the given shape (with the batch). */
  buildFor(shape: Shape, dtype: DType = 'float32'): void {
    if (this.#functional === undefined) this.#connect(input({ batchShape: shape, dtype }));
  }

  override get inputs(): Tree<KerasTensor> {
    return this.functional.inputs;
  }

  override get outputs(): Tree<KerasTensor> {
    return this.functional.outputs;
  }

  /** The same model as a graph of layers. @throws ValueError where the shape of the input is not known yet. @internal */
  get functional(): Functional {
    if (this.#functional === undefined)
      throw new ValueError(`the model \`${this.name}\` is not built: begin it with keras.input({ shape })`);
    return this.#functional;
  }

  override serialize(): KerasConfig {
    return sequentialConfig(this);
  }

  protected override build(shape: Shape): void {
    if (this.#functional === undefined) this.#connect(input({ batchShape: shape }));
  }

  protected override call(ctx: Context, inputs: Tree<Output>): Tree<Output> {
    return this.functional.invoke(ctx, inputs);
  }

  protected override setMasks(): void {}

  #connect(start: KerasTensor): void {
    let x: KerasTensor = start;
    for (const layer of this.#stack) {
      const y: KerasTensor | KerasTensor[] = layer.apply(x);
      if (!(y instanceof KerasTensor))
        throw typeError(`layer \`${layer.name}\` returns several outputs: a sequential model needs one each`);
      x = y;
    }
    this.#functional = new Functional({ inputs: start, outputs: x, name: this.name });
    this.ensureBuilt([]);
  }
}

/**
 * A model of layers one after another, the first of which may be an input: `keras.sequential([keras.input({ shape }), keras.layers.dense({ units: 10 })])`.
 *
 * @throws TypeError for something that is no layer, ValueError for layers of the same name.
 */
export function sequential(
  layers: readonly (KerasTensor | Layer)[],
  options?: { readonly name?: string; readonly trainable?: boolean },
): Sequential {
  return new Sequential(layers, options);
}
