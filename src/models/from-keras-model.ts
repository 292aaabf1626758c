/** `fromKerasModel`: the checks of TFF's `from_keras_model`, in its order. */
import { ValueError } from '../errors.js';
import type { Layer } from '../keras/engine/layer.js';
import { Model } from '../keras/engine/model.js';
import { Sequential } from '../keras/engine/sequential.js';
import { TensorSpec } from '../tensor-spec.js';
import { flatten, isStructure } from '../tree.js';
import { checkOptions, mustBe } from '../validate.js';
import { checkInputSpec, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec } from './batch.js';
import { type ClassWeight, type ClassWeights, checkClassWeight } from './class-weights.js';
import { FederatedModel } from './federated-model.js';
import { kerasDefinition } from './keras-definition.js';
import { type Losses, type LossTerm, lossTerms } from './loss-terms.js';
import { type Metrics, metricTerms } from './metric-terms.js';

export interface FromKerasModelOptions<S extends InputSpec> {
  /**
   * One loss, which gets all labels and outputs; a list with one per output; or a dictionary by the outputs' names (`model.outputNames`). They
   * are added up; those of several names are reported by themselves too, as `name_loss`. Graph functions of labels and predictions are losses.
   */
  readonly loss: Losses;
  /**
   * Specs of inputs and labels: `{ x, y }` or `[x, y]`, each any structure of tensor specs. With `{ x, y, sampleWeight }` the examples' losses
   * are multiplied by weights.
   */
  readonly inputSpec: S;
  /** With a list of losses, the factor of each, with a dictionary those of some; ones by default. */
  readonly lossWeights?: readonly number[] | { readonly [output: string]: number } | null | undefined;
  /**
   * A list of metrics, which get all labels and outputs, or a dictionary by the outputs' names of metrics or lists of them, which get one
   * output and are reported as `name_metric`. Metrics or constructors of metrics, not both, and graph functions, whose means they are; none by
   * default. `loss`, `num_examples` and `num_batches` are always reported.
   */
  readonly metrics?: Metrics;
  /** Metrics that `sampleWeight` or `classWeight` weigh, as `metrics`; none by default. */
  readonly weightedMetrics?: Metrics;
  /**
   * A factor for the losses of each class's examples, by class number; ones by default. As in Keras, for a model with one tensor of labels:
   * class numbers `[batch]` or `[batch, 1]`, or one-hot `[batch, classes]`. Not together with `sampleWeight`.
   */
  readonly classWeight?: ClassWeight | null | undefined;
}
const OPTIONS = ['loss', 'inputSpec', 'lossWeights', 'metrics', 'weightedMetrics', 'classWeight'] as const;

const BATCH_NORMALIZATION_WARNING =
  "Batch Normalization contains non-trainable variables that won't be updated during the training. Consider using Group Normalization instead.";

/**
 * Makes the model that federated training runs on from a Keras model that is not compiled.
 *
 * The model's own weights are what training starts from. Emits one process warning (`UserWarning`) where a layer is a BatchNormalization.
 *
 * @throws TypeError where `kerasModel` is no Keras model, `loss`, `lossWeights`, `metrics` or `weightedMetrics` hold something that is no loss,
 *   number or metric, or `inputSpec` something else than tensor specs.
 * @throws ValueError where `kerasModel` was compiled, the numbers of losses, outputs and weights differ, a name is no output's, `lossWeights`
 *   come with one loss, `inputSpec` has anything besides `x`, `y` and `sampleWeight` or lacks `x` or `y`, or weights are given twice.
 */
export function fromKerasModel<const S extends InputSpec>(kerasModel: Model, options: FromKerasModelOptions<S>): FederatedModel<S> {
  if (!(kerasModel instanceof Model))
    throw mustBe('kerasModel', 'a Keras model (from keras.sequential, keras.model or keras.loadModel)', kerasModel);
  if (kerasModel.compiled)
    throw new ValueError(
      '`kerasModel` must not be compiled: federated learning brings its own losses, metrics and optimizers, received a model on which `compile` was called',
    );
  checkOptions('options', options, OPTIONS);
  if (kerasModel instanceof Sequential) buildFromSpec(kerasModel, options.inputSpec);
  const losses = lossTerms(kerasModel, options.loss, options.lossWeights);
  checkInputSpec(options.inputSpec);
  const metrics = metricTerms(
    kerasModel.outputNames,
    options.metrics,
    options.weightedMetrics,
    losses.flatMap(({ metric }) => metric ?? []),
  );
  const classWeight = checkWeights(options, losses);
  if (kerasModel.layers.some((layer: Layer) => layer.className === 'BatchNormalization'))
    process.emitWarning(BATCH_NORMALIZATION_WARNING, 'UserWarning');
  return new FederatedModel(kerasDefinition(kerasModel, options.inputSpec, { losses, metrics, classWeight }));
}

/** A sequential model without an input takes its shape from the spec; what is no spec is refused later, in TFF's order. */
function buildFromSpec(model: Sequential, spec: unknown): void {
  const x: unknown = isStructure(spec) ? inputsSpec(spec as InputSpec) : undefined;
  if (x instanceof TensorSpec && x.shape.length > 0) model.buildFor([null, ...x.shape.slice(1)], x.dtype);
}

/** That labels and weights are there for each loss, and only one kind of weights. */
function checkWeights({ classWeight, inputSpec }: FromKerasModelOptions<InputSpec>, losses: readonly LossTerm[]): ClassWeights | null {
  const sampleWeight = sampleWeightSpec(inputSpec);
  for (const { place } of losses) {
    if (place.output !== null) place.labels(labelsSpec(inputSpec));
    place.sampleWeight(sampleWeight);
  }
  if (classWeight === undefined || classWeight === null) return null;
  const weights = checkClassWeight(classWeight);
  if (isStructure(labelsSpec(inputSpec))) throw new ValueError('`classWeight` must be for a model with one tensor of labels');
  if (flatten(sampleWeight).length > 0) throw new ValueError('`classWeight` cannot be used together with `sampleWeight`');
  return weights;
}
