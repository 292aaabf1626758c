/** Multi-head attention: Vaswani et al., NeurIPS 2017, https://arxiv.org/abs/1706.03762. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { expandDims, shapeOf } from '../../graph/ops/array.js';
import { add, cast, mul, sub } from '../../graph/ops/math.js';
import { einsum, softmax } from '../../graph/ops/nn.js';
import type { Shape } from '../../tensor-spec.js';
import { flatten, type Tree } from '../../tree.js';
import { constraint } from '../constraints/index.js';
import { KerasTensor } from '../engine/keras-tensor.js';
import { type CallArguments, Layer, type LayerOptionsOf } from '../engine/layer.js';
import { initializer } from '../initializers/index.js';
import { regularizer } from '../regularizers/index.js';
import { boolean, integer, list, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { allMasks, attentionFields, causalMask } from './attention-base.js';
import { drop } from './dropout.js';
import { EinsumDense } from './einsum-dense.js';

const fields = {
  /** Number of heads. */
  numHeads: integer({ min: 1 }),
  /** Size of each head's query and key. */
  keyDim: integer({ min: 1 }),
  /** Size of each head's value; `keyDim` by default. */
  valueDim: optional(integer({ min: 1 })),
  /** Whether the projections add a bias; `true` by default. */
  useBias: boolean(true),
  /** Size of the output; the query's by default. */
  outputShape: optional(integer({ min: 1 })),
  /** The axes that are attended over: only the steps. */
  attentionAxes: optional(list(integer())),
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
export type MultiHeadAttentionOptions = LayerOptionsOf<typeof fields>;

/**
 * Query `[batch, queries, features]` as input, `value` (and `key`, which is `value` by default) `[batch, keys, features]` as arguments;
 * others: `queryMask`, `valueMask`, `keyMask`, `attentionMask` `[batch, queries, keys]`, `useCausalMask`, `returnAttentionScores`.
 */
export class MultiHeadAttention extends Layer<typeof fields> {
  static readonly className = 'MultiHeadAttention';
  static readonly fields = fields;
  static readonly callArguments = ['value', 'key', 'queryMask', 'valueMask', 'keyMask', 'attentionMask'];
  static readonly ignoredKeys = ['query_shape', 'key_shape', 'value_shape', 'flash_attention'];
  static readonly fixedKeys = { use_gate: false, sliding_window: null };
  protected override readonly supportsMasking = true;
  #query!: EinsumDense;
  #key!: EinsumDense;
  #value!: EinsumDense;
  #output!: EinsumDense;

  override apply(query: Tree<KerasTensor>, args: CallArguments = {}): KerasTensor & KerasTensor[] {
    const value = args.value as KerasTensor | undefined;
    if (!(value instanceof KerasTensor)) throw new ValueError(`layer \`${this.name}\` needs the argument \`value\``);
    this.#make((query as KerasTensor).shape, value.shape, ((args.key as KerasTensor | undefined) ?? value).shape);
    return super.apply(query, args);
  }

  protected override call(ctx: Context, query: Output, args: CallArguments): Tree<Output> {
    const value = args.value as Output;
    const key = (args.key as Output | undefined) ?? value;
    this.#make(query.shape as Shape, value.shape as Shape, key.shape as Shape);
    const project = (layer: EinsumDense, x: Output): Output => layer.invoke(ctx, x) as Output;
    const q = mul(project(this.#query, query), 1 / Math.sqrt(this.options.keyDim));
    const raw = einsum('aecd,abcd->acbe', [project(this.#key, key), q]);
    const weights = softmax(this.#masked(ctx, raw, query, value, key, args));
    const mixed = einsum('acbe,aecd->abcd', [
      drop(ctx, weights, this.options.dropout, () => shapeOf(weights)),
      project(this.#value, value),
    ]);
    const result = project(this.#output, mixed);
    return args.returnAttentionScores === true ? [result, weights] : result;
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const mask = (args.queryMask as Output | undefined) ?? ctx.mask(inputs as Output);
    if (mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }

  #masked(ctx: Context, scores: Output, query: Output, value: Output, key: Output, args: CallArguments): Output {
    const of = (name: string, x: Output): Output | undefined => (args[name] as Output | undefined) ?? ctx.mask(x);
    const [queryMask, valueMask, keyMask] = [
      of('queryMask', query),
      of('valueMask', value),
      args.key === undefined ? undefined : of('keyMask', key),
    ];
    const steps = allMasks([
      queryMask && expandDims(queryMask, 2),
      valueMask && expandDims(valueMask, 1),
      keyMask && expandDims(keyMask, 1),
      args.attentionMask === undefined ? undefined : cast(args.attentionMask as Output, 'bool'),
      args.useCausalMask === true ? causalMask(scores) : undefined,
    ]);
    if (steps === undefined) return scores;
    const heads = steps.rank === 3 ? expandDims(steps, 1) : steps;
    return add(scores, mul(sub(1, cast(heads, scores.dtype)), scores.dtype === 'float16' ? -3e4 : -3e38));
  }

  /** The projections, once: their sizes follow from the inputs of the first application. */
  #make(query: Shape, value: Shape, key: Shape): void {
    if (this.#output !== undefined) return;
    for (const shape of [query, value, key])
      if (shape.length !== 3)
        throw new ValueError(`layer \`${this.name}\` needs inputs [batch, steps, features], received [${shape.join(', ')}]`);
    const {
      numHeads,
      keyDim,
      valueDim,
      useBias,
      outputShape,
      kernelInitializer,
      biasInitializer,
      kernelRegularizer,
      biasRegularizer,
      kernelConstraint,
      biasConstraint,
    } = this.options;
    const dense = (attribute: string, equation: string, shape: readonly (number | null)[], biasAxes: string, input: Shape): EinsumDense => {
      const layer = new EinsumDense({
        equation,
        outputShape: shape,
        biasAxes: useBias ? biasAxes : null,
        name: attribute.replace('_dense', ''),
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
    const size = valueDim ?? keyDim;
    this.#query = dense('query_dense', 'abc,cde->abde', [null, numHeads, keyDim], 'de', query);
    this.#key = dense('key_dense', 'abc,cde->abde', [null, numHeads, keyDim], 'de', key);
    this.#value = dense('value_dense', 'abc,cde->abde', [null, numHeads, size], 'de', value);
    this.#output = dense('output_dense', 'abcd,cde->abe', [null, outputShape ?? (query.at(-1) as number)], 'e', [
      null,
      null,
      numHeads,
      size,
    ]);
  }
}

export const multiHeadAttention = factory<MultiHeadAttentionOptions, MultiHeadAttention>(MultiHeadAttention);
