/** A recurrent layer in both directions: Schuster and Paliwal, IEEE Transactions on Signal Processing 45(11), 1997. */
import { typeError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { concat, reverse } from '../../graph/ops/array.js';
import { add, div, mul } from '../../graph/ops/math.js';
import { flatten, type Tree } from '../../tree.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { oneOf, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import type { KerasConfig } from '../serialization/registry.js';
import { layerField, layerRegistry } from './layer-registry.js';
import { Recurrent, type RecurrentValues } from './recurrent.js';

const fields = {
  /** The recurrent layer that goes forwards. */
  layer: layerField(),
  /** The one that goes backwards; by default one of the same options. */
  backwardLayer: optional(layerField()),
  /** How both outputs become one; `concat` by default, `null` returns both. */
  mergeMode: optional(oneOf(['concat', 'sum', 'mul', 'ave'], 'concat')),
};
export type BidirectionalOptions = LayerOptionsOf<typeof fields>;

/** The shape of the layer's output, its last axis twice as large with `concat`. */
export class Bidirectional extends Layer<typeof fields> {
  static readonly className = 'Bidirectional';
  static readonly fields = fields;
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking = true;
  readonly #forward: Recurrent;
  readonly #backward: Recurrent;

  constructor(options: BidirectionalOptions) {
    super({ mergeMode: 'concat', ...options });
    const { layer, backwardLayer } = this.options;
    if (!(layer instanceof Recurrent))
      throw typeError(`\`layer\` of layer \`${this.name}\` must be a recurrent layer, received ${layer.className}`);
    this.#forward = this.track('forward_layer', layer);
    this.#backward = this.track('backward_layer', (backwardLayer ?? reversed(layer)) as Recurrent);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), backward_layer: this.#backward.serialize() };
  }

  protected override build(shapes: Tree<unknown>): void {
    this.#forward.ensureBuilt(shapes);
    this.#backward.ensureBuilt(shapes);
  }

  protected override call(ctx: Context, inputs: Tree<Output>, args: CallArguments): Tree<Output> {
    const { initialState, ...rest } = args as { readonly initialState?: Tree<Output> };
    const given = initialState === undefined ? [] : flatten(initialState);
    const half = given.length / 2;
    const run = (layer: Recurrent, states: readonly Output[]): Output[] =>
      flatten(layer.invoke(ctx, inputs, { ...rest, ...(states.length === 0 ? {} : { initialState: states }) }));
    const [forward, ...forwardStates] = run(this.#forward, given.slice(0, half)) as [Output, ...Output[]];
    const [backward, ...backwardStates] = run(this.#backward, given.slice(half)) as [Output, ...Output[]];
    const { returnSequences } = this.#forward.options as unknown as RecurrentValues;
    const merged = this.#merge(forward, returnSequences ? reverse(backward, [1]) : backward);
    const states = [...forwardStates, ...backwardStates];
    return states.length === 0 ? merged : [...flatten(merged), ...states];
  }

  #merge(a: Output, b: Output): Tree<Output> {
    switch (this.options.mergeMode) {
      case 'concat':
        return concat([a, b], a.rank - 1);
      case 'sum':
        return add(a, b);
      case 'mul':
        return mul(a, b);
      case 'ave':
        return div(add(a, b), 2);
      default:
        return [a, b];
    }
  }
}

/** The same layer in the other direction. */
function reversed(layer: Layer): Layer {
  const { config, ...rest } = layer.serialize();
  const backwards = config.go_backwards !== true;
  return layerRegistry.deserialize({
    ...rest,
    config: { ...config, name: `backward_${layer.name}`, go_backwards: backwards },
  } as KerasConfig);
}

export const bidirectional = factory<BidirectionalOptions, Bidirectional>(Bidirectional);
