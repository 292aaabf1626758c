/** What attention with several heads shares: projections, scores, masks. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, shapeOf } from '../../graph/ops/array.js';
import { add, cast, mul, sub } from '../../graph/ops/math.js';
import { einsum, softmax } from '../../graph/ops/nn.js';
import { ownAttention } from '../../graph/ops/own-attention.js';
import { hasOwnOps } from '../../graph/own-ops.js';
import type { Shape } from '../../tensor-spec.js';
import { flatten, type Tree } from '../../tree.js';
import { mustBe } from '../../validate.js';
import { constraint } from '../constraints/index.js';
import { KerasTensor } from '../engine/keras-tensor.js';
import { type CallArguments, Layer } from '../engine/layer.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, type Fields, integer, optional, type ValuesOf } from '../serialization/fields.js';
import { allMasks, attentionFields, causalMask, windowMask } from './attention-base.js';
import { drop } from './dropout.js';
import { EinsumDense } from './einsum-dense.js';
import { repeatAxis } from './repeat-axis.js';

/** The options of all attention with several heads. */
export const multiHeadFields = {
  /** Whether the projections add a bias; `true` by default. */
  useBias: boolean(true),
  /** Whether the result is multiplied by a sigmoid of a projection of the query; `false` by default. */
  useGate: boolean(false),
  /** A step looks at those less than so many steps away, at least 1; `null` (default) is all. */
  slidingWindow: optional(integer({ min: 1 })),
  /** `glorotUniform` by default. */
  kernelInitializer: initializer('glorotUniform'),
  /** `zeros` by default. */
  biasInitializer: initializer('zeros'),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
  ...attentionFields,
};

/** How many heads there are, and how large. */
export interface HeadSizes {
  readonly queryHeads: number;
  /** A part of the queries' heads: each serves several of them. */
  readonly keyValueHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Sizes of the output for each step; `null` for the query's. */
  readonly outputSizes: readonly number[] | null;
}

/**
 * Query `[batch, queries, features]` as input, `value` (and `key`, which is `value` by default) `[batch, keys, features]` as arguments;
 * others: `queryMask`, `valueMask`, `keyMask`, `attentionMask` `[batch, queries, keys]`, `useCausalMask`, `returnAttentionScores`.
 */
export abstract class MultiHeadBase<F extends Fields = Fields> extends Layer<F> {
  static readonly callArguments = ['value', 'key', 'queryMask', 'valueMask', 'keyMask', 'attentionMask'];
  static readonly ignoredKeys = ['query_shape', 'key_shape', 'value_shape', 'flash_attention'];
  protected override readonly supportsMasking = true;
  #query!: EinsumDense;
  #key!: EinsumDense;
  #gate: EinsumDense | undefined;
  #value!: EinsumDense;
  #output!: EinsumDense;

  protected abstract get heads(): HeadSizes;

  override apply(query: Tree<KerasTensor>, args: CallArguments = {}): KerasTensor & KerasTensor[] {
    const value = args.value as KerasTensor | undefined;
    if (!(value instanceof KerasTensor)) throw new ValueError(`layer \`${this.name}\` needs the argument \`value\``);
    if (!(query instanceof KerasTensor)) throw mustBe(`query of ${this.name}`, 'a Keras tensor', query);
    this.named(() => this.#make(query.shape, value.shape, ((args.key as KerasTensor | undefined) ?? value).shape));
    return super.apply(query, args);
  }

  protected override call(ctx: Context, query: Output, args: CallArguments): Tree<Output> {
    const { queryHeads, keyValueHeads, keyDim } = this.heads;
    const value = args.value as Output;
    const key = (args.key as Output | undefined) ?? value;
    this.named(() => this.#make(query.shape as Shape, value.shape as Shape, key.shape as Shape));
    const project = (layer: EinsumDense, x: Output): Output => layer.invoke(ctx, x) as Output;
    const served = (x: Output): Output => (queryHeads === keyValueHeads ? x : repeatAxis(x, 2, queryHeads / keyValueHeads));
    const q = mul(project(this.#query, query), 1 / Math.sqrt(keyDim));
    const [k, v] = [served(project(this.#key, key)), served(project(this.#value, value))];
    const added = this.#added(ctx, q, query, value, key, args);
    const { dropout } = this.#values;
    const withScores = args.returnAttentionScores === true;
    const isPlain = q.dtype === 'float32' && !withScores && !(ctx.training && dropout > 0);
    const finished = (mixed: Output): Output =>
      project(this.#output, this.#gate === undefined ? mixed : mul(mixed, project(this.#gate, query)));
    if (isPlain && hasOwnOps(ctx.graph)) return finished(ownAttention(q, k, v, added ?? ctx.graph.constant([0], 'float32', [1, 1, 1, 1])));
    const raw = einsum('aecd,abcd->acbe', [k, q]);
    const weights = softmax(added === undefined ? raw : add(raw, added));
    const dropped = drop(ctx, weights, dropout, () => shapeOf(weights));
    const result = finished(einsum('acbe,aecd->abcd', [dropped, v]));
    return withScores ? [result, weights] : result;
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const mask = (args.queryMask as Output | undefined) ?? ctx.mask(inputs as Output);
    if (mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }

  get #values(): ValuesOf<typeof multiHeadFields> {
    return this.options as unknown as ValuesOf<typeof multiHeadFields>;
  }

  /** What hides places from queries when it is added to the scores, of the type of `q`; broadcasts to `[batch, heads, queries, keys]`. */
  #added(ctx: Context, { dtype }: Output, query: Output, value: Output, key: Output, args: CallArguments): Output | undefined {
    const of = (name: string, x: Output): Output | undefined => (args[name] as Output | undefined) ?? ctx.mask(x);
    const [queryMask, valueMask] = [of('queryMask', query), of('valueMask', value)];
    const keyMask = args.key === undefined ? undefined : of('keyMask', key);
    const { slidingWindow } = this.#values;
    const steps = allMasks([
      queryMask && expandDims(queryMask, 2),
      valueMask && expandDims(valueMask, 1),
      keyMask && expandDims(keyMask, 1),
      args.attentionMask === undefined ? undefined : cast(args.attentionMask as Output, 'bool'),
      args.useCausalMask === true ? causalMask(query, key) : undefined,
      slidingWindow === null ? undefined : windowMask(query, key, slidingWindow),
    ]);
    if (steps === undefined) return undefined;
    const heads = steps.rank === 3 ? expandDims(steps, 1) : steps;
    return mul(sub(1, cast(heads, dtype)), dtype === 'float16' ? -3e4 : -3e38);
  }

  /** The projections, once: their sizes follow from the inputs of the first application. */
  #make(query: Shape, value: Shape, key: Shape): void {
    if (this.#output !== undefined) return;
    for (const shape of [query, value, key])
      if (shape.length !== 3)
        throw new ValueError(`layer \`${this.name}\` needs inputs [batch, steps, features], received [${shape.join(', ')}]`);
    const { useBias, useGate, kernelInitializer, biasInitializer } = this.#values;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.#values;
    const dense = (attribute: string, equation: string, shape: readonly (number | null)[], input: Shape, gated = false): EinsumDense => {
      const layer = new EinsumDense({
        equation,
        outputShape: shape,
        // Of all axes but the batch and the steps.
        biasAxes: useBias ? (equation.split('->ab')[1] as string) : null,
        activation: gated ? 'sigmoid' : 'linear',
        name: attribute === 'output_dense' ? 'attention_output' : attribute.replace('_dense', ''),
        dtype: this.policy,
        kernelInitializer,
        biasInitializer,
        kernelRegularizer,
        biasRegularizer,
        kernelConstraint,
        biasConstraint,
      });
      layer.ensureBuilt(input);
      return this.track(attribute, layer as unknown as Layer) as unknown as EinsumDense;
    };
    const { queryHeads, keyValueHeads, keyDim, valueDim, outputSizes } = this.heads;
    const split = 'abc,cde->abde';
    this.#query = dense('query_dense', split, [null, queryHeads, keyDim], query);
    this.#key = dense('key_dense', split, [null, keyValueHeads, keyDim], key);
    if (useGate) this.#gate = dense('gate_dense', split, [null, queryHeads, valueDim], query, true);
    this.#value = dense('value_dense', split, [null, keyValueHeads, valueDim], value);
    const sizes = outputSizes ?? [query.at(-1) as number];
    const axes = 'efghijklmnop'.slice(0, sizes.length);
    this.#output = dense('output_dense', `abcd,cd${axes}->ab${axes}`, [null, ...sizes], [null, null, queryHeads, valueDim]);
  }
}
