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
import { MeanMetric } from '../keras/metrics/mean.js';
import { type Metric, metricFields } from '../keras/metrics/metric.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { type InputSpec, labelsSpec } from './batch.js';
import { type ClassWeights, sampleWeightsOf } from './class-weights.js';
import { NumBatchesCounter, NumExamplesCounter } from './counters.js';
import { type LossTerm, termValues, weightedSum } from './loss-terms.js';
import type { MetricTerm } from './metric-terms.js';
import type { ForwardOutputs, ModelDefinition } from './model-definition.js';

/** What a Keras model is trained with. */
export interface Training {
  readonly losses: readonly LossTerm[];
  readonly metrics: readonly MetricTerm[];
  readonly classWeight: ClassWeights | null;
}

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

const lossMetric = (name: string): LossMetric => new LossMetric({ name });

/** Penalties of the regularisers of trained weights, and those that layers have added while the graph was built. */
function regularisation(ctx: Context, model: Model): Output[] {
  const weights = model.trainableWeights.filter((w) => w.regularizer !== null);
  return [...weights.map((w: Weight) => (w.regularizer as NonNullable<Weight['regularizer']>).call(ctx.read(w))), ...ctx.losses];
}

/** The weights of all layers of batch normalisation, however deep. */
const normalizationWeights = (layer: Layer): readonly Weight[] =>
  layer.className === 'BatchNormalization' ? layer.weights : [...layer.sublayers.values()].flat().flatMap(normalizationWeights);

/** The model definition of a Keras model. Its metrics are the user's, the losses, and the counters that the user has not replaced. */
export function kerasDefinition<S extends InputSpec>(model: Model, inputSpec: S, training: Training): ModelDefinition<S> {
  const { losses, metrics: userMetrics, classWeight } = training;
  const outputs = mapTree(model.outputs, (o) => tensorSpec(o.shape, o.dtype) as TensorSpec);
  for (const { metric, place } of userMetrics) metric.build(place.labels(labelsSpec(inputSpec)), place.predictions(outputs));
  const total = lossMetric('loss');
  const parts = losses.map(({ metric }) => (metric === null ? null : lossMetric(metric)));
  const names = new Set(userMetrics.map(({ name }) => name));
  const counters = [new NumExamplesCounter({}), new NumBatchesCounter({})].filter((m) => !names.has(m.name));
  const predict = (ctx: Context, x: Tree<Output>): Tree<Output> => model.invoke(ctx, x);
  const forward = (ctx: Context, x: Tree<Output>, y: Tree<Output> | undefined, given: Tree<Output>): ForwardOutputs => {
    const predictions = predict(ctx, x);
    if (y === undefined) return { loss: null, predictions };
    const sampleWeight = classWeight === null ? given : sampleWeightsOf(classWeight, y as Output);
    const values = termValues(losses, ctx, y, predictions, sampleWeight);
    const loss = weightedSum(losses, values);
    for (const { metric, place, weighted } of userMetrics)
      metric.update(ctx, place.labels(y), place.predictions(predictions), weighted ? place.sampleWeight(sampleWeight) : undefined);
    const examples = rows(predictions);
    total.update(ctx, loss, loss, examples);
    parts.forEach((part, i) => part?.update(ctx, values[i] as Output, values[i] as Output, examples));
    for (const counter of counters) counter.update(ctx, y, predictions);
    const penalties = regularisation(ctx, model).map((p) => cast(p, loss.dtype));
    return { loss: penalties.length === 0 ? loss : add(loss, addN(penalties)), predictions };
  };
  const own = [total, ...parts.filter((part) => part !== null), ...counters].map((metric) => ({
    metric: metric as Metric,
    name: metric.name,
  }));
  return {
    inputSpec,
    trainableVariables: model.trainableWeights,
    nonTrainableVariables: model.nonTrainableWeights,
    normalizationVariables: normalizationWeights(model),
    carriedVariables: model.carriedVariables,
    metrics: [...userMetrics, ...own].map(({ metric, name }) => ({
      name,
      variables: metric.variables,
      counts: metric.counts,
      result: (ctx) => metric.result(ctx),
    })),
    predict,
    forward,
  };
}
