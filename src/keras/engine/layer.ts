/** Layers: graph functions with weights. */
import { type DType, isFloating } from '../../dtype.js';
import { typeError, ValueError } from '../../errors.js';
import { Context } from '../../graph/context.js';
import { Graph, Output } from '../../graph/graph.js';
import { gather, shapeOf, transpose } from '../../graph/ops/array.js';
import { cast, divNoNan } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import { sizeOf } from '../../tensor.js';
import { type Shape, tensorSpec } from '../../tensor-spec.js';
import { flatten, isStructure, mapTree, type Tree } from '../../tree.js';
import { describe, mustBe } from '../../validate.js';
import type { Constraint } from '../constraints/constraint.js';
import { Zeros } from '../initializers/constants.js';
import type { Initializer } from '../initializers/initializer.js';
import { regularizer } from '../regularizers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import {
  boolean,
  type Fields,
  type OptionsOf,
  optional,
  parseOptions,
  serializeOptions,
  string,
  type ValuesOf,
} from '../serialization/fields.js';
import { defaultName, uniqueName } from '../serialization/names.js';
import type { KerasConfig, SerializableClass } from '../serialization/registry.js';
import { type DTypePolicy, policyField } from './dtype-policy.js';
import { KerasTensor, type Node } from './keras-tensor.js';
import { Weight } from './weight.js';

/** Options of every layer. */
export const layerFields = {
  /** Unique in the model; made from the class by default (`dense_1`). */
  name: optional(string()),
  /** `false` freezes the layer's weights; `true` by default. */
  trainable: boolean(true),
  /** Element type, or a policy such as `mixed_bfloat16`; the default policy's by default. */
  dtype: policyField,
  /** Penalty on the layer's output, added to the loss; none by default. */
  activityRegularizer: regularizer(),
};
export type LayerOptions = OptionsOf<typeof layerFields>;
export type LayerOptionsOf<F extends Fields> = OptionsOf<F> & LayerOptions;

/**
 * What a layer is given besides its inputs, by Keras's names in camelCase: `mask`, `initialState` … `training` fixes the layer's mode; a `.keras`
 * file does not keep that, since in Keras 3 the mode of a run counts.
 */
export type CallArguments = Readonly<Record<string, unknown>> & { readonly training?: boolean };

/** How a layer's weight is made. */
export interface AddWeightOptions {
  readonly initializer?: Initializer;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
  /** `false` for weights that training does not change by gradients, such as moving averages. */
  readonly trainable?: boolean;
  readonly dtype?: DType;
}

/** What the paths of weights begin with that are made now: the names of the layers that are being built, one in another. */
let prefix = '';

/**
 * The base of all layers. A layer declares its options (`static fields`), makes its weights in `build` from the inputs' shapes, and adds
 * its ops to the graph in `call`. Shapes of outputs are TensorFlow's own inference: a layer does not compute them.
 */
export abstract class Layer<F extends Fields = Fields> {
  readonly name: string;
  readonly options: ValuesOf<F>;
  readonly policy: DTypePolicy;
  readonly activityRegularizer: Regularizer | null;
  /** Whether the weights are trained; of a layer that holds others, theirs too. */
  trainable: boolean;
  /** Every application of the layer to Keras tensors. @internal */
  readonly nodes: Node[] = [];
  /** Whether a mask of the input is a mask of the output. */
  protected readonly supportsMasking: boolean = false;
  /** Whether the layer takes a list or dictionary of inputs. */
  protected readonly takesStructure: boolean = false;
  /** Whether floating inputs are cast to the element type that the layer computes in. */
  protected readonly autocast: boolean = true;
  /** Whether the layer's name is in the paths of the weights of layers that it builds: not a model's, as where Keras reads a model from a file. */
  protected readonly isInPaths: boolean = true;
  /** Axes before those of an image: the batch, and steps where there are some. With the option `dataFormat` channels are the next one or the last. */
  protected readonly leadingAxes: number = 1;
  readonly #weights: Weight[] = [];
  readonly #sublayers = new Map<string, Layer | Layer[]>();
  /** The layer's name after those of the layers that hold it: what the paths of its weights begin with. Models add nothing. */
  #path: string;
  #built = false;

  constructor(options: unknown = {}) {
    const cls = this.constructor as unknown as SerializableClass<this>;
    const values = parseOptions(cls.className, { ...layerFields, ...cls.fields }, options) as ValuesOf<typeof layerFields & F>;
    this.options = values as unknown as ValuesOf<F>;
    this.name = (values as ValuesOf<typeof layerFields>).name ?? uniqueName(defaultName(cls.className));
    this.#path = this.name;
    this.trainable = (values as ValuesOf<typeof layerFields>).trainable;
    this.policy = (values as ValuesOf<typeof layerFields>).dtype;
    this.activityRegularizer = (values as ValuesOf<typeof layerFields>).activityRegularizer;
  }

  /** Keras's class name. */
  get className(): string {
    return (this.constructor as unknown as SerializableClass<this>).className;
  }

  get built(): boolean {
    return this.#built;
  }

  /** Own weights in the order in which Keras stores them: trained ones first. */
  get ownWeights(): readonly Weight[] {
    return [...this.#weights.filter((w) => w.trainable), ...this.#weights.filter((w) => !w.trainable)];
  }

  /** The layers that this one holds, by Keras's attribute name. */
  get sublayers(): ReadonlyMap<string, Layer | readonly Layer[]> {
    return this.#sublayers;
  }

  /** All weights, own ones first. */
  get weights(): readonly Weight[] {
    return [...this.ownWeights, ...this.#children().flatMap((layer) => layer.weights)];
  }

  get trainableWeights(): readonly Weight[] {
    if (!this.trainable) return [];
    return [...this.#weights.filter((w) => w.trainable), ...this.#children().flatMap((layer) => layer.trainableWeights)];
  }

  get nonTrainableWeights(): readonly Weight[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((w) => !trainable.has(w));
  }

  /** States that steps of a training or an evaluation hand on, from their initial values: no weights, and not in files. None by default. */
  get carriedVariables(): readonly Variable[] {
    return this.#children().flatMap((layer) => layer.carriedVariables);
  }

  /**
   * Adds the layer to a functional model: builds it for the inputs' shapes if it is new, and returns what comes out.
   *
   * @throws TypeError for inputs that are no Keras tensors, ValueError or TensorFlowError for shapes that the layer cannot take.
   */
  apply(inputs: Tree<KerasTensor>, args: CallArguments = {}): KerasTensor & KerasTensor[] {
    const tensors = [
      ...flatten(inputs),
      ...Object.values(args).flatMap((a) => flatten(a as Tree<unknown>).filter((t) => t instanceof KerasTensor)),
    ] as KerasTensor[];
    for (const t of flatten(inputs))
      if (!(t instanceof KerasTensor)) throw mustBe(`inputs of ${this.name}`, 'Keras tensors (from keras.input or a layer)', t);
    this.#checkStructure(inputs);
    this.ensureBuilt(mapTree(inputs, (t) => t.shape));
    const outputs = this.#inferOutputs(inputs, args);
    const made: KerasTensor[] = [];
    const node: Node = { layer: this as unknown as Layer, inputs, args, tensors, outputs: made };
    const result = mapTree(outputs, (o) => {
      if (o.shape === null) throw new ValueError(`the shape of what layer \`${this.name}\` returns cannot be inferred`);
      const t = new KerasTensor(o.shape, o.dtype, this.name, node, made.length);
      made.push(t);
      return t;
    });
    this.nodes.push(node);
    return result as KerasTensor & KerasTensor[];
  }

  /** Makes the weights for the inputs' shapes, once. @internal */
  ensureBuilt(shapes: Tree<unknown>): void {
    if (this.#built) return;
    this.named(() => this.build(this.#channelsLast(shapes) as never));
    this.#built = true;
  }

  /**
   * Adds the layer's ops to the context's graph. Layers that hold others call this, never `call`.
   * @throws TypeError for the wrong kind of inputs.
   */
  invoke(ctx: Context, inputs: Tree<Output>, args: CallArguments = {}): Tree<Output> {
    this.#checkStructure(inputs);
    if (!this.#built) this.ensureBuilt(mapTree(inputs, (o) => o.shape));
    const run = (): Tree<Output> =>
      ctx.graph.withScope(this.name, () => {
        const computed = mapTree(inputs, (x) => this.#autocast(ctx, x));
        const [own, outputs] = this.#callChannelsLast(ctx, computed, args);
        if (this.activityRegularizer !== null) for (const o of flatten(outputs)) this.#addActivityLoss(ctx, o);
        this.setMasks(ctx, own, outputs, args);
        return outputs;
      });
    return args.training === undefined ? run() : ctx.withTraining(args.training, run);
  }

  /** The layer's options as Keras writes them. */
  getConfig(): Record<string, unknown> {
    const cls = this.constructor as unknown as SerializableClass<this>;
    const base = serializeOptions(layerFields, {
      name: this.name,
      trainable: this.trainable,
      dtype: this.policy,
      activityRegularizer: this.activityRegularizer,
    });
    if (this.activityRegularizer === null) delete base.activity_regularizer;
    return { ...base, ...serializeOptions(cls.fields, this.options as never) };
  }

  /** `{ module, class_name, config }` as in a `.keras` file. */
  serialize(): KerasConfig {
    const { registeredName = null } = this.constructor as unknown as SerializableClass<this>;
    const module = registeredName === null ? 'keras.layers' : null;
    return { module, class_name: this.className, config: this.getConfig(), registered_name: registeredName };
  }

  /** Makes the weights; `shapes` has the inputs' structure. Layers without weights have none to make. */
  protected build(_shapes: never): void {}

  /** The layer as a graph function of its inputs. */
  protected abstract call(ctx: Context, inputs: never, args: CallArguments): Tree<Output>;

  /** Says which steps of the outputs count; by default, where masking is supported, those of the first input that has a mask. */
  protected setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, _args: CallArguments): void {
    if (!this.supportsMasking) return;
    const mask = flatten(inputs)
      .map((x) => ctx.mask(x))
      .find((m) => m !== undefined);
    if (mask !== undefined) for (const o of flatten(outputs)) ctx.setMask(o, mask);
  }

  /** Puts the layer's name into the paths of the weights that `make` makes, of layers in this one, too: `build` runs in it. */
  protected named(make: () => void): void {
    const outside = prefix;
    if (this.isInPaths) {
      this.#path = outside + this.name;
      prefix = `${this.#path}/`;
    }
    try {
      make();
    } finally {
      prefix = outside;
    }
  }

  /** Makes a weight of the layer: in `build`. */
  protected addWeight(name: string, shape: readonly number[], options: AddWeightOptions = {}): Weight {
    if (!Number.isSafeInteger(sizeOf(shape)))
      throw new ValueError(`the weight \`${this.name}/${name}\` of shape [${shape.join(', ')}] has too many elements`);
    const dtype = options.dtype ?? this.policy.variable;
    const initializer = options.initializer ?? new Zeros();
    const weight = new Weight({
      name,
      shape,
      dtype,
      trainable: options.trainable ?? true,
      regularizer: options.regularizer ?? null,
      constraint: options.constraint ?? null,
      initial: initializer.maker(shape, dtype),
      isRepeatable: initializer.isRepeatable,
    });
    weight.path = `${this.#path}/${name}`;
    this.#weights.push(weight);
    return weight;
  }

  /** Holds a layer as a part of this one, under Keras's attribute name. */
  protected track<T extends Layer | Layer[]>(attribute: string, layer: T): T {
    this.#sublayers.set(attribute, layer);
    return layer;
  }

  /** A weight's value in the element type that the layer computes in. */
  protected read(ctx: Context, weight: Variable): Output {
    const value = ctx.read(weight);
    return isFloating(value.dtype) ? cast(value, this.policy.compute) : value;
  }

  get #isChannelsFirst(): boolean {
    return (this.options as { readonly dataFormat?: string }).dataFormat === 'channels_first';
  }

  /** Calls the layer with channels last, and puts those of what it gives where the option says. */
  #callChannelsLast(ctx: Context, inputs: Tree<Output>, args: CallArguments): [Tree<Output>, Tree<Output>] {
    if (!this.#isChannelsFirst) return [inputs, this.call(ctx, inputs as never, args)];
    const spatial = (flatten(inputs)[0] as Output).rank - 1 - this.leadingAxes;
    const move =
      (to: 'first' | 'last') =>
      (x: unknown): unknown => {
        const at = x instanceof Output ? x.rank - 1 - spatial : 0;
        // What has no spatial axes stays, such as what all places were pooled into.
        if (!(x instanceof Output) || at < 1) return x;
        const axes = Array.from({ length: x.rank }, (_, i) => i);
        const [channels] = axes.splice(to === 'last' ? at : x.rank - 1, 1) as [number];
        axes.splice(to === 'last' ? axes.length : at, 0, channels);
        const moved = transpose(x, axes);
        ctx.setMask(moved, ctx.mask(x));
        return moved;
      };
    const own = mapTree(inputs, move('last')) as Tree<Output>;
    const given = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, mapTree(value as Tree<unknown>, move('last'))]));
    return [own, mapTree(this.call(ctx, own as never, given), move('first')) as Tree<Output>];
  }

  /** Shapes of inputs with the channels last. */
  #channelsLast(shapes: Tree<unknown>): Tree<unknown> {
    if (!this.#isChannelsFirst || !Array.isArray(shapes)) return shapes;
    if (Array.isArray(shapes[0])) return [this.#channelsLast(shapes[0]), ...shapes.slice(1)];
    const { leadingAxes } = this;
    return [...shapes.slice(0, leadingAxes), ...shapes.slice(leadingAxes + 1), shapes[leadingAxes]];
  }

  #checkStructure(inputs: Tree<unknown>): void {
    if (!this.takesStructure && isStructure(inputs))
      throw typeError(`layer \`${this.name}\` takes one input, received ${describe(inputs)}`);
  }

  #children(): Layer[] {
    return [...this.#sublayers.values()].flat();
  }

  #autocast(ctx: Context, x: Output): Output {
    if (!this.autocast || !isFloating(x.dtype) || x.dtype === this.policy.compute || !isFloating(this.policy.compute)) return x;
    const y = cast(x, this.policy.compute);
    ctx.setMask(y, ctx.mask(x));
    return y;
  }

  #addActivityLoss(ctx: Context, output: Output): void {
    const penalty = (this.activityRegularizer as Regularizer).call(output);
    ctx.addLoss(divNoNan(penalty, cast(gather(shapeOf(output), output.graph.constant(0, 'int32')), penalty.dtype)));
  }

  #inferOutputs(inputs: Tree<KerasTensor>, args: CallArguments): Tree<Output> {
    const graph = new Graph();
    const placeholder = (shape: Shape, dtype: DType): Output => graph.placeholder(tensorSpec(shape, dtype));
    const values = new Map<Variable, Output>(this.weights.map((w) => [w, placeholder(w.shape, w.dtype)]));
    const ctx = new Context(graph, { training: false, values, seed: placeholder([2], 'int64') });
    const symbolic = (t: unknown): unknown => (t instanceof KerasTensor ? placeholder(t.shape, t.dtype) : t);
    const ownArgs = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, mapTree(value as Tree<unknown>, symbolic)]));
    try {
      return this.invoke(ctx, mapTree(inputs, symbolic) as Tree<Output>, ownArgs);
    } finally {
      graph.dispose();
    }
  }
}
