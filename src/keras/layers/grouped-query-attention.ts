/** Grouped-query attention: Ainslie et al., EMNLP 2023, https://arxiv.org/abs/2305.13245. */
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
import { boolean, integer, optional } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';
import { allMasks, attentionFields, causalMask, windowMask } from './attention-base.js';
import { drop } from './dropout.js';
import { EinsumDense } from './einsum-dense.js';
import { repeatAxis } from './repeat-axis.js';

const fields = {
  /** Size of each head. */
  headDim: integer({ min: 1 }),
  /** Number of the queries' heads, a multiple of `numKeyValueHeads`. */
  numQueryHeads: integer({ min: 1 }),
  /** Number of the heads of keys and values, each of which serves several of the queries'. */
  numKeyValueHeads: integer({ min: 1 }),
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
export type GroupQueryAttentionOptions = LayerOptionsOf<typeof fields>;

/**
 * Query `[batch, queries, features]` as input, `value` (and `key`, which is `value` by default) `[batch, keys, features]` as arguments;
 * others: `queryMask`, `valueMask`, `keyMask`, `attentionMask` `[batch, queries, keys]`, `useCausalMask`, `returnAttentionScores`.
 */
export class GroupQueryAttention extends Layer<typeof fields> {
  static readonly className = 'GroupQueryAttention';
  static readonly fields = fields;
  static readonly aliases = ['GroupedQueryAttention'];
  static readonly callArguments = ['value', 'key', 'queryMask', 'valueMask', 'keyMask', 'attentionMask'];
  static readonly ignoredKeys = ['flash_attention'];
  protected override readonly supportsMasking = true;
  #query!: EinsumDense;
  #key!: EinsumDense;
  #gate: EinsumDense | undefined;
  #value!: EinsumDense;
  #output!: EinsumDense;

  override apply(query: Tree<KerasTensor>, args: CallArguments = {}): KerasTensor & KerasTensor[] {
    const value = args.value as KerasTensor | undefined;
    if (!(value instanceof KerasTensor)) throw new ValueError(`layer \`${this.name}\` needs the argument \`value\``);
    this.#make((query as KerasTensor).shape, value.shape, ((args.key as KerasTensor | undefined) ?? value).shape);
    return super.apply(query, args);
  }

  protected override call(ctx: Context, query: Output, args: CallArguments): Tree<Output> {
    const { headDim, numQueryHeads, numKeyValueHeads, dropout } = this.options;
    const value = args.value as Output;
    const key = (args.key as Output | undefined) ?? value;
    this.#make(query.shape as Shape, value.shape as Shape, key.shape as Shape);
    const project = (layer: EinsumDense, x: Output): Output => layer.invoke(ctx, x) as Output;
    const shared = (layer: EinsumDense, x: Output): Output => repeatAxis(project(layer, x), 2, numQueryHeads / numKeyValueHeads);
    const q = mul(project(this.#query, query), 1 / Math.sqrt(headDim));
    const raw = einsum('bquh,bkuh->buqk', [q, shared(this.#key, key)]);
    const weights = softmax(this.#masked(ctx, raw, query, value, key, args));
    const dropped = drop(ctx, weights, dropout, () => shapeOf(weights));
    const mixed = einsum('buqk,bkuh->bquh', [dropped, shared(this.#value, value)]);
    const result = project(this.#output, this.#gate === undefined ? mixed : mul(mixed, project(this.#gate, query)));
    return args.returnAttentionScores === true ? [result, weights] : result;
  }

  protected override setMasks(ctx: Context, inputs: Tree<Output>, outputs: Tree<Output>, args: CallArguments): void {
    const mask = (args.queryMask as Output | undefined) ?? ctx.mask(inputs as Output);
    if (mask !== undefined) ctx.setMask(flatten(outputs)[0] as Output, mask);
  }

  #masked(ctx: Context, scores: Output, query: Output, value: Output, key: Output, args: CallArguments): Output {
    const of = (name: string, x: Output): Output | undefined => (args[name] as Output | undefined) ?? ctx.mask(x);
    const [queryMask, valueMask] = [of('queryMask', query), of('valueMask', value)];
    const keyMask = args.key === undefined ? undefined : of('keyMask', key);
    const { slidingWindow } = this.options;
    const steps = allMasks([
      queryMask && expandDims(queryMask, 2),
      valueMask && expandDims(valueMask, 1),
      keyMask && expandDims(keyMask, 1),
      args.attentionMask === undefined ? undefined : cast(args.attentionMask as Output, 'bool'),
      args.useCausalMask === true ? causalMask(scores) : undefined,
      slidingWindow === null ? undefined : windowMask(scores, slidingWindow),
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
      headDim,
      numQueryHeads,
      numKeyValueHeads,
      useBias,
      useGate,
      slidingWindow: _,
      dropout: __,
      seed: ___,
      ...common
    } = this.options;
    if (numQueryHeads % numKeyValueHeads !== 0)
      throw new ValueError(
        `\`numQueryHeads\` of layer \`${this.name}\` must be a multiple of the ${numKeyValueHeads} heads of keys and values, received ${numQueryHeads}`,
      );
    const dense = (name: string, heads: number, input: Shape, activation = 'linear'): EinsumDense =>
      this.#project(`${name}_dense`, input, {
        ...common,
        equation: 'bsm,mdh->bsdh',
        outputShape: [null, heads, headDim],
        biasAxes: useBias ? 'dh' : null,
        activation,
        name,
      });
    this.#query = dense('query', numQueryHeads, query);
    this.#key = dense('key', numKeyValueHeads, key);
    if (useGate) this.#gate = dense('gate', numQueryHeads, query, 'sigmoid');
    this.#value = dense('value', numKeyValueHeads, value);
    this.#output = this.#project('output_dense', [null, null, numQueryHeads, headDim], {
      ...common,
      equation: 'bquh,uhm->bqm',
      outputShape: [null, query.at(-1) as number],
      biasAxes: useBias ? 'm' : null,
      name: 'attention_output',
    });
  }

  #project(attribute: string, input: Shape, options: ConstructorParameters<typeof EinsumDense>[0]): EinsumDense {
    const layer = new EinsumDense({ ...(options as object), dtype: this.policy } as never);
    layer.ensureBuilt(input);
    return this.track(attribute, layer as unknown as Layer) as unknown as EinsumDense;
  }
}

export const groupQueryAttention = factory<GroupQueryAttentionOptions, GroupQueryAttention>(GroupQueryAttention);
