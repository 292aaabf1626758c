/** A Keras model with losses and metrics as a model definition: what TFF's `from_keras_model` computes. */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import { add, addN, cast } from '../graph/ops/math.js';
import type { Layer } from '../keras/engine/layer.js';
import type { Model } from '../keras/engine/model.js';
import type { Weight } from '../keras/engine/weight.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mapTree, type Tree } from '../tree.js';
import { type InputSpec, labelsSpec } from './batch.js';
import { type ClassWeights, sampleWeightsOf } from './class-weights.js';
import { type LossTerm, termValues, weightedSum } from './loss-terms.js';
import type { MetricTerm } from './metric-terms.js';
import type { ForwardOutputs, ModelDefinition } from './model-definition.js';
import { ReportedMetrics } from './reported-metrics.js';

/** What a Keras model is trained with. */
export interface Training {
  readonly losses: readonly LossTerm[];
  readonly metrics: readonly MetricTerm[];
  readonly classWeight: ClassWeights | null;
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
export function kerasDefinition<S extends InputSpec>(model: Model, inputSpec: S, training: Training): ModelDefinition<S> {
  const { losses, metrics, classWeight } = training;
  const outputs = mapTree(model.outputs, (o) => tensorSpec(o.shape, o.dtype) as TensorSpec);
  const reported = new ReportedMetrics(
    metrics,
    losses.map(({ metric }) => metric),
  );
  reported.build(labelsSpec(inputSpec), outputs);
  const predict = (ctx: Context, x: Tree<Output>): Tree<Output> => model.invoke(ctx, x);
  const forward = (ctx: Context, x: Tree<Output>, y: Tree<Output> | undefined, given: Tree<Output>): ForwardOutputs => {
    const predictions = predict(ctx, x);
    if (y === undefined) return { loss: null, predictions };
    const sampleWeight = classWeight === null ? given : sampleWeightsOf(classWeight, y as Output);
    const values = termValues(losses, ctx, y, predictions, sampleWeight);
    const loss = weightedSum(losses, values);
    reported.update(ctx, { y, predictions, sampleWeight, loss, parts: values });
    const penalties = regularisation(ctx, model).map((p) => cast(p, loss.dtype));
    return { loss: penalties.length === 0 ? loss : add(loss, addN(penalties)), predictions };
  };
  return {
    inputSpec,
    trainableVariables: model.trainableWeights,
    nonTrainableVariables: model.nonTrainableWeights,
    normalizationVariables: normalizationWeights(model),
    carriedVariables: model.carriedVariables,
    metrics: reported.definitions,
    predict,
    forward,
  };
}
