/** Models written by hand, as graph functions over weights: `tff.learning.models.FunctionalModel`. */
import { isFloating } from '../dtype.js';
import { typeError, ValueError } from '../errors.js';
import { Context } from '../graph/context.js';
import { Graph, Output } from '../graph/graph.js';
import { Variable } from '../graph/variable.js';
import { Loss } from '../keras/losses/loss.js';
import { Tensor, type TensorData, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, isDictionary, mapTree, type Tree } from '../tree.js';
import { checkFunction, checkOptions, describe, mustBe } from '../validate.js';
import { checkInputSpec, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec } from './batch.js';
import { FederatedModel } from './federated-model.js';
import { type MetricOrConstructor, metricTerms } from './metric-terms.js';
import type { ForwardOutputs, ModelDefinition } from './model-definition.js';
import { checkWeights } from './model-weights.js';
import { everything } from './output-places.js';
import { ReportedMetrics } from './reported-metrics.js';

/** Weights by name, or in a list: tensors, or what `tensor` makes one of. */
export type InitialValues = Readonly<Record<string, Tensor | TensorData>> | readonly (Tensor | TensorData)[];
/** What a hand-written model starts from. */
export interface InitialWeights {
  /** What training changes: floating-point. */
  readonly trainable: InitialValues;
  /** What it does not; none by default. */
  readonly nonTrainable?: InitialValues;
}

/** The outputs that a structure of specs describes. */
export type OutputsOf<S> = S extends TensorSpec ? Output : { readonly [K in keyof S]: OutputsOf<S[K]> };
type WeightsOf<V> = V extends InitialValues ? { readonly [K in keyof V]: Output } : readonly never[];
type Part<S, Name extends string, Place extends 0 | 1> = S extends { readonly [K in Name]: infer P }
  ? OutputsOf<P>
  : S extends readonly [unknown, unknown]
    ? OutputsOf<S[Place]>
    : never;

/** Weights in a graph, in the structure of the initial ones. */
export interface FunctionalWeights<W extends InitialWeights> {
  readonly trainable: WeightsOf<W['trainable']>;
  readonly nonTrainable: WeightsOf<W['nonTrainable']>;
}

/** What `predict` may depend on besides. */
export interface PredictMode {
  /** Whether it is a step of training. */
  readonly training: boolean;
  /** A seed of its own for each call, for `ops.randomUniform` and the like. */
  readonly seed: () => Output;
}

export interface FunctionalOptions<S extends InputSpec, W extends InitialWeights, P extends Tree<Output>> {
  /** The weights that training starts from; their shapes and element types stay. */
  readonly initialWeights: W;
  /** The predictions for inputs. It has no state: weights that are not trained are only read. */
  readonly predict: (weights: FunctionalWeights<W>, x: Part<S, 'x', 0>, mode: PredictMode) => P;
  /**
   * The loss of a batch, a scalar: from predictions and labels, in TFF's order, and the examples' weights where the spec has them. Or a Keras
   * loss. Penalties of weights are to be added to the gradients, by weight decay of the optimizer.
   */
  readonly loss: Loss | ((output: P, label: Part<S, 'y', 1>, sampleWeight?: Part<S, 'sampleWeight', 0>) => Output);
  /**
   * Metrics, constructors of metrics, or graph functions of labels and predictions, in Keras's order, whose means they are; none by default.
   * `loss`, `num_examples` and `num_batches` are always reported.
   */
  readonly metrics?: readonly MetricOrConstructor[];
  /** Specs of inputs and labels, as for `fromKerasModel`. */
  readonly inputSpec: S;
}
const OPTIONS = ['initialWeights', 'predict', 'loss', 'metrics', 'inputSpec'] as const;

/**
 * Makes a model of initial weights and graph functions; it goes wherever one of `fromKerasModel` goes.
 *
 * The functions are built once here, so that what they do wrong is said at once, and again for every computation that needs them.
 * Weights in a dictionary are in the order of their sorted names.
 *
 * @throws TypeError for an option of the wrong kind, weights to be trained that are not floating-point, a `predict` or a `loss` that does not
 *   return outputs, or a loss that is no floating-point scalar.
 * @throws ValueError for an input spec that lacks `x` or `y`, weights that are NaN, or whatever the functions throw.
 */
export function functional<const S extends InputSpec, const W extends InitialWeights, P extends Tree<Output>>(
  options: FunctionalOptions<S, W, P>,
): FederatedModel<S> {
  checkOptions('options', options, OPTIONS);
  const { initialWeights, predict, loss, metrics, inputSpec } = options;
  const weights = new FunctionalVariables(initialWeights);
  checkFunction('predict', predict);
  if (!(loss instanceof Loss) && typeof loss !== 'function') throw mustBe('loss', 'a function of predictions and labels, or a Loss', loss);
  checkInputSpec(inputSpec);
  if (metrics !== undefined && !Array.isArray(metrics)) throw mustBe('metrics', 'a list of metrics', metrics);
  const reported = new ReportedMetrics(metricTerms([], metrics));
  const predictions = (ctx: Context, x: Tree<Output>): Tree<Output> =>
    checkPredictions(predict(weights.read(ctx) as never, x as never, { training: ctx.training, seed: () => ctx.seed() }));
  const lossOf = (ctx: Context, output: Tree<Output>, y: Tree<Output>, sampleWeight: Tree<Output>): Output => {
    const given = Array.isArray(sampleWeight) && sampleWeight.length === 0 ? undefined : sampleWeight;
    return checkLoss(
      loss instanceof Loss
        ? loss.compute(ctx, y, output, everything.sampleWeight(sampleWeight))
        : loss(output as never, y as never, given as never),
    );
  };
  reported.build(labelsSpec(inputSpec), trace(weights, inputSpec, predictions, lossOf));
  const definition: ModelDefinition<S> = {
    inputSpec,
    trainableVariables: weights.trainable,
    nonTrainableVariables: weights.nonTrainable,
    metrics: reported.definitions,
    predict: predictions,
    forward: (ctx, x, y, sampleWeight): ForwardOutputs => {
      const output = predictions(ctx, x);
      if (y === undefined) return { loss: null, predictions: output };
      const value = lossOf(ctx, output, y, sampleWeight);
      reported.update(ctx, { y, predictions: output, sampleWeight, loss: value, parts: [] });
      return { loss: value, predictions: output };
    },
  };
  return new FederatedModel(definition);
}

/** The variables behind the initial weights. */
class FunctionalVariables {
  readonly trainable: readonly Variable[];
  readonly nonTrainable: readonly Variable[];
  readonly #trees: Readonly<Record<'trainable' | 'nonTrainable', Tree<Variable>>>;

  constructor(initial: unknown) {
    if (!isDictionary(initial)) throw mustBe('initialWeights', 'an object { trainable, nonTrainable }', initial);
    checkOptions('initialWeights', initial, ['trainable', 'nonTrainable']);
    const trees = {
      trainable: variables('trainable', initial.trainable),
      nonTrainable: variables('nonTrainable', initial.nonTrainable ?? []),
    };
    this.#trees = trees;
    this.trainable = flatten(trees.trainable);
    this.nonTrainable = flatten(trees.nonTrainable);
    const of = (all: readonly Variable[]): Tensor[] => all.map((v) => v.value);
    checkWeights('initialWeights', this.trainable, this.nonTrainable, {
      trainable: of(this.trainable),
      nonTrainable: of(this.nonTrainable),
    });
  }

  get all(): readonly Variable[] {
    return [...this.trainable, ...this.nonTrainable];
  }

  /** Their values, in the structure of the initial ones. */
  read(ctx: Context): Readonly<Record<'trainable' | 'nonTrainable', Tree<Output>>> {
    const of = (tree: Tree<Variable>): Tree<Output> => mapTree(tree, (v) => ctx.read(v));
    return { trainable: of(this.#trees.trainable), nonTrainable: of(this.#trees.nonTrainable) };
  }
}

/** One level only: nested arrays are values. */
function variables(kind: 'trainable' | 'nonTrainable', given: unknown): Tree<Variable> {
  const name = `initialWeights.${kind}`;
  const make = (key: string | number, value: unknown): Variable => {
    const t = value instanceof Tensor ? value : toTensor(typeof key === 'number' ? `${name}[${key}]` : `${name}.${key}`, value);
    if (kind === 'trainable' && !isFloating(t.dtype))
      throw typeError(
        `\`${name}\` must be floating-point, received ${t} for \`${key}\`: numbers that are not trained go to \`nonTrainable\``,
      );
    const path = typeof key === 'number' ? `${kind}_${key}` : key;
    const variable = new Variable({ name: path, shape: t.shape, dtype: t.dtype, trainable: kind === 'trainable' });
    variable.value = t.share();
    return variable;
  };
  if (Array.isArray(given)) return given.map((value: unknown, i) => make(i, value));
  if (!isDictionary(given)) throw mustBe(name, 'a dictionary or a list of tensors', given);
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, make(key, value)]));
}

function toTensor(name: string, value: unknown): Tensor {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value) && typeof value !== 'number') throw mustBe(name, 'a tensor or an array', value);
  try {
    return tensor(value as TensorData);
  } catch (error) {
    throw typeError(`\`${name}\` must be a tensor or an array: ${(error as Error).message}`, { cause: error });
  }
}

/** Builds the functions once for the spec's inputs, and gives the specs of the predictions. */
function trace(
  weights: FunctionalVariables,
  inputSpec: InputSpec,
  predictions: (ctx: Context, x: Tree<Output>) => Tree<Output>,
  lossOf: (ctx: Context, output: Tree<Output>, y: Tree<Output>, sampleWeight: Tree<Output>) => Output,
): Tree<TensorSpec> {
  const graph = new Graph();
  const placeholder = (spec: TensorSpec): Output => graph.placeholder(spec);
  const values = new Map(weights.all.map((v): [Variable, Output] => [v, placeholder(v.spec)]));
  const seed = placeholder(tensorSpec([2], 'int64') as TensorSpec);
  try {
    const ctx = new Context(graph, { training: true, values, seed });
    const output = predictions(ctx, mapTree(inputsSpec(inputSpec), placeholder));
    lossOf(ctx, output, mapTree(labelsSpec(inputSpec), placeholder), mapTree(sampleWeightSpec(inputSpec), placeholder));
    return mapTree(output, (o) => tensorSpec(o.shape ?? [], o.dtype) as TensorSpec);
  } finally {
    graph.dispose();
  }
}

function checkPredictions(output: unknown): Tree<Output> {
  const leaves = flatten(output as Tree<unknown>);
  const stray = leaves.findIndex((o) => !(o instanceof Output));
  if (leaves.length > 0 && stray < 0) return output as Tree<Output>;
  const received = describe(stray < 0 ? output : leaves[stray]);
  throw typeError(`\`predict\` must return an output of a graph, or a structure of them, received ${received}`);
}

function checkLoss(value: unknown): Output {
  if (!(value instanceof Output)) throw typeError(`\`loss\` must return an output of a graph, received ${describe(value)}`);
  if (!isFloating(value.dtype)) throw typeError(`\`loss\` must return a floating-point scalar, received ${value}`);
  // Shapes may be unknown while a graph is built; TensorFlow refuses the rest.
  if (value.shape !== null && value.shape.length > 0)
    throw new ValueError(`\`loss\` must return a scalar, such as the mean over the batch, received ${value}`);
  return value;
}
