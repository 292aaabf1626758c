/** A recurrent layer in both directions: Schuster and Paliwal, IEEE Transactions on Signal Processing 45(11), 1997. */
import { typeError, ValueError } from '../../errors.js';
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
  static readonly callArguments = ['initialState', 'mask'];
  protected override readonly takesStructure = true;
  protected override readonly supportsMasking = true;
  readonly #forward: Recurrent;
  readonly #backward: Recurrent;

  constructor(options: BidirectionalOptions) {
    super({ mergeMode: 'concat', ...options });
    const { layer, backwardLayer } = this.options;
    if (!(layer instanceof Recurrent))
      throw typeError(`\`layer\` of layer \`${this.name}\` must be a recurrent layer, received ${layer.className}`);
    const forward = copyOf(layer, 'forward_') as Recurrent;
    const backward = backwardLayer ?? copyOf(layer, 'backward_', { go_backwards: true });
    if (!(backward instanceof Recurrent))
      throw typeError(`\`backwardLayer\` of layer \`${this.name}\` must be a recurrent layer, received ${backward.className}`);
    const [own, other] = [layer, backward].map((r) => r.options as unknown as RecurrentValues) as [RecurrentValues, RecurrentValues];
    if (own.goBackwards === other.goBackwards)
      throw new ValueError(`\`goBackwards\` of the two layers of \`${this.name}\` must differ, received ${own.goBackwards} twice`);
    for (const key of ['returnSequences', 'returnState'] as const)
      if (own[key] !== other[key])
        throw new ValueError(`\`${key}\` of the two layers of \`${this.name}\` must be the same, received ${own[key]} and ${other[key]}`);
    this.#forward = this.track('forward_layer', forward);
    this.#backward = this.track('backward_layer', backward);
    // As in Keras: the two directions repeat different steps.
    for (const one of [forward, backward]) one.zeroOutputForMask = own.returnSequences;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), layer: this.#forward.serialize(), backward_layer: this.#backward.serialize() };
  }

  protected override build(shapes: Tree<unknown>): void {
    const shape = Array.isArray(shapes) && Array.isArray(shapes[0]) ? (shapes[0] as Tree<unknown>) : shapes;
    this.#forward.ensureBuilt(shape);
    this.#backward.ensureBuilt(shape);
  }

  protected override call(ctx: Context, inputs: Tree<Output>, args: CallArguments): Tree<Output> {
    const { initialState, ...rest } = args as { readonly initialState?: Tree<Output> };
    const [x, ...states] = flatten(inputs) as [Output, ...Output[]];
    const given = states.length > 0 ? states : initialState === undefined ? [] : flatten(initialState);
    const half = Math.ceil(given.length / 2);
    const run = (layer: Recurrent, start: readonly Output[]): Output[] =>
      flatten(layer.invoke(ctx, x, { ...rest, ...(start.length === 0 ? {} : { initialState: start }) }));
    const [forward, ...forwardStates] = run(this.#forward, given.slice(0, half)) as [Output, ...Output[]];
    const [backward, ...backwardStates] = run(this.#backward, given.slice(half)) as [Output, ...Output[]];
    const { returnSequences } = this.#forward.options as unknown as RecurrentValues;
    const merged = this.#merge(forward, returnSequences ? reverse(backward, [1]) : backward);
    const last = [...forwardStates, ...backwardStates];
    return last.length === 0 ? merged : [...flatten(merged), ...last];
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const mask = (args.mask as Output | undefined) ?? ctx.mask(flatten(inputs)[0] as Output);
    if (mask === undefined || !(this.#forward.options as unknown as RecurrentValues).returnSequences) return;
    for (const y of flatten(outputs).slice(0, this.options.mergeMode === null ? 2 : 1)) ctx.setMask(y, mask);
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

/** A new layer of the same options, with Keras's name for the direction. */
function copyOf(layer: Layer, direction: 'forward_' | 'backward_', options: Readonly<Record<string, unknown>> = {}): Layer {
  const { config, ...rest } = layer.serialize();
  const name = layer.name.startsWith(direction) ? layer.name : direction + layer.name;
  return layerRegistry.deserialize({ ...rest, config: { ...config, ...options, name } } as KerasConfig);
}

export const bidirectional = factory<BidirectionalOptions, Bidirectional>(Bidirectional);
