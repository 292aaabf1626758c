/** A Keras model with losses and metrics as a model definition: what TFF's `from_keras_model` computes. */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { sizeOfAxis, sizeOutput } from '../graph/ops/array.js';
import { op } from '../graph/ops/core.js';
import { add, addN, cast, div, mul } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import type { Layer } from '../keras/engine/layer.js';
import type { Model } from '../keras/engine/model.js';
import type { Weight } from '../keras/engine/weight.js';
import type { Loss } from '../keras/losses/loss.js';
import { MeanMetric } from '../keras/metrics/mean.js';
import { type Metric, metricFields } from '../keras/metrics/metric.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { type InputSpec, labelsSpec } from './batch.js';
import { NumBatchesCounter, NumExamplesCounter } from './counters.js';
import type { ForwardOutputs, ModelDefinition } from './model-definition.js';

/** Weighted losses, one per output, or one for all outputs. */
export interface WeightedLosses {
  readonly losses: readonly Loss[];
  readonly weights: readonly number[];
  /** Whether the losses were given as a list: then each gets its own output. */
  readonly perOutput: boolean;
}

/** `Σ weight · loss` without regularisers. */
function batchLoss(
  { losses, weights, perOutput }: WeightedLosses,
  ctx: Context,
  yTrue: Tree<Output>,
  yPred: Tree<Output>,
  sampleWeight?: Output,
): Output {
  if (!perOutput) return (losses[0] as Loss).compute(ctx, yTrue, yPred, sampleWeight);
  const labels = losses.length === 1 ? [yTrue] : children(yTrue);
  const predictions = losses.length === 1 ? [yPred] : children(yPred);
  return addN(
    losses.map((loss, i) => {
      const value = loss.compute(ctx, labels[i] as Tree<Output>, predictions[i] as Tree<Output>, sampleWeight);
      return weights[i] === 1 ? value : mul(value, weights[i] as number);
    }),
  );
}

/** The top-level members of a structure, in flat order. */
const children = (tree: Tree<Output>): Tree<Output>[] =>
  Array.isArray(tree)
    ? (tree as Tree<Output>[])
    : Object.keys(tree)
        .sort()
        .map((key) => (tree as Record<string, Tree<Output>>)[key] as Tree<Output>);

/** Rows of the first tensor as `float32`; from the number of values where that is cheaper than to ask for a shape. */
const rows = (tree: Tree<Output>): Output => {
  const first = flatten(tree)[0] as Output;
  const [batch, ...rest] = first.shape ?? [];
  if (first.rank === 0) return first.graph.constant(1, 'float32');
  if (typeof batch === 'number') return first.graph.constant(batch, 'float32');
  if (rest.some((s) => s === null)) return cast(sizeOutput(first, sizeOfAxis(first, 0)), 'float32');
  const row = (rest as number[]).reduce((a, b) => a * b, 1);
  return row === 0 ? cast(sizeOutput(first, sizeOfAxis(first, 0)), 'float32') : div(cast(op('Size', [first]), 'float32'), row);
};

/**
 * The mean loss over examples, without regularisers: TFF adds each batch's loss times the rows of its first prediction.
 *
 * It gets the batch's loss as `yTrue`, computed once for the whole pass.
 */
class LossMetric extends MeanMetric<typeof metricFields> {
  static readonly className = 'Mean';
  static readonly fields = metricFields;

  override get counts(): ReadonlyMap<Variable, 'examples' | 'batches'> {
    return new Map([[this.variables[1] as Variable, 'examples']]);
  }

  override update(ctx: Context, loss: Tree<Output>, _yPred: Tree<Output>, examples?: Output): void {
    const [total, count] = this.variables as [Variable, Variable];
    this.assignAdd(ctx, total, mul(cast(loss as Output, 'float32'), examples as Output));
    this.assignAdd(ctx, count, examples as Output);
  }
}

/** User metrics in their order, then `loss`, then the counters that the user has not replaced by metrics of their names. */
export function withDefaultMetrics(user: readonly Metric[]): { metrics: readonly Metric[]; loss: LossMetric } {
  const names = new Set(user.map((m) => m.name));
  const loss = new LossMetric({ name: 'loss' });
  const counters = [new NumExamplesCounter({}), new NumBatchesCounter({})].filter((m) => !names.has(m.name));
  return { metrics: [...user, loss, ...counters], loss };
}

/** Penalties of the regularisers of trained weights, and those that layers have added while the graph was built. */
function regularisation(ctx: Context, model: Model): Output[] {
  const weights = model.trainableWeights.filter((w) => w.regularizer !== null);
  return [...weights.map((w: Weight) => (w.regularizer as NonNullable<Weight['regularizer']>).call(ctx.read(w))), ...ctx.losses];
}

/** The weights of all layers of batch normalisation, however deep. */
const normalizationWeights = (layer: Layer): readonly Weight[] =>
  layer.className === 'BatchNormalization' ? layer.weights : [...layer.sublayers.values()].flat().flatMap(normalizationWeights);

/** The model definition of a Keras model. */
export function kerasDefinition<S extends InputSpec>(
  model: Model,
  inputSpec: S,
  losses: WeightedLosses,
  userMetrics: readonly Metric[],
): ModelDefinition<S> {
  const outputs = mapTree(model.outputs, (o) => tensorSpec(o.shape, o.dtype) as TensorSpec);
  for (const metric of userMetrics) metric.build(labelsSpec(inputSpec), outputs);
  const { metrics, loss: lossMetric } = withDefaultMetrics(userMetrics);
  const predict = (ctx: Context, x: Tree<Output>): Tree<Output> => model.invoke(ctx, x);
  const forward = (ctx: Context, x: Tree<Output>, y: Tree<Output> | undefined, sampleWeight?: Output): ForwardOutputs => {
    const predictions = predict(ctx, x);
    if (y === undefined) return { loss: null, predictions };
    const plain = batchLoss(losses, ctx, y, predictions);
    for (const metric of metrics) {
      if (metric === lossMetric) metric.update(ctx, plain, plain, rows(predictions));
      else metric.update(ctx, y, predictions);
    }
    const weighted = sampleWeight === undefined ? plain : batchLoss(losses, ctx, y, predictions, sampleWeight);
    const penalties = regularisation(ctx, model).map((p) => cast(p, plain.dtype));
    return { loss: penalties.length === 0 ? weighted : add(weighted, addN(penalties)), predictions };
  };
  return {
    inputSpec,
    trainableVariables: model.trainableWeights,
    nonTrainableVariables: model.nonTrainableWeights,
    normalizationVariables: normalizationWeights(model),
    metrics: metrics.map((m) => ({ name: m.name, variables: m.variables, counts: m.counts, result: (ctx) => m.result(ctx) })),
    predict,
    forward,
  };
}
