/** `fromKerasModel`: the checks of TFF's `from_keras_model`, in its order. */
import { typeError, ValueError } from '../errors.js';
import type { Layer } from '../keras/engine/layer.js';
import { Model } from '../keras/engine/model.js';
import { Sequential } from '../keras/engine/sequential.js';
import { Loss } from '../keras/losses/loss.js';
import { Metric } from '../keras/metrics/metric.js';
import { TensorSpec } from '../tensor-spec.js';
import { flatten, isDictionary, mapTree } from '../tree.js';
import { checkOptions, describe, mustBe } from '../validate.js';
import { type InputSpec, inputsSpec } from './batch.js';
import { FederatedModel } from './federated-model.js';
import { kerasDefinition, type WeightedLosses } from './keras-definition.js';

/** A metric, or a function without arguments that makes one. */
export type MetricOrConstructor = Metric | (() => Metric) | (new () => Metric);

export interface FromKerasModelOptions<S extends InputSpec> {
  /** One loss, which gets all labels and outputs, or a list with one per output, which are added up. */
  readonly loss: Loss | readonly Loss[];
  /** Specs of inputs and labels: `{ x, y }` or `[x, y]`, each any structure of tensor specs. */
  readonly inputSpec: S;
  /** With a list of losses, the factor of each; ones by default. */
  readonly lossWeights?: readonly number[] | null | undefined;
  /** Metrics, or constructors of metrics, not both; none by default. `loss`, `num_examples` and `num_batches` are always reported. */
  readonly metrics?: readonly MetricOrConstructor[] | null | undefined;
}

const BATCH_NORMALIZATION_WARNING =
  "Batch Normalization contains non-trainable variables that won't be updated during the training. Consider using Group Normalization instead.";

/**
 * Makes the model that federated training runs on from a Keras model that is not compiled.
 *
 * The model's own weights are what training starts from. Emits one process warning (`UserWarning`) where a layer is a BatchNormalization.
 *
 * @throws TypeError where `kerasModel` is no Keras model, `loss` neither a Loss nor a list of them, `lossWeights` no list of numbers,
 *   `metrics` no list of metrics or of constructors, or `inputSpec` holds something else than tensor specs.
 * @throws ValueError where `kerasModel` was compiled, the numbers of losses, outputs and weights differ, `lossWeights` come without a list of
 *   losses, or `inputSpec` does not have exactly two elements or lacks `x` or `y`.
 */
export function fromKerasModel<const S extends InputSpec>(kerasModel: Model, options: FromKerasModelOptions<S>): FederatedModel<S> {
  if (!(kerasModel instanceof Model))
    throw mustBe('kerasModel', 'a Keras model (from keras.sequential, keras.model or keras.loadModel)', kerasModel);
  if (kerasModel.compiled)
    throw new ValueError(
      '`kerasModel` must not be compiled: federated learning brings its own losses, metrics and optimizers, received a model on which `compile` was called',
    );
  checkOptions('options', options, ['loss', 'inputSpec', 'lossWeights', 'metrics']);
  const losses = checkLosses(kerasModel, options);
  checkInputSpec(options.inputSpec);
  if (kerasModel instanceof Sequential) buildFromSpec(kerasModel, options.inputSpec);
  if (!(options.metrics === undefined || options.metrics === null || Array.isArray(options.metrics)))
    throw mustBe('metrics', 'a list of metrics or of their constructors', options.metrics);
  if (kerasModel.layers.some((layer: Layer) => layer.className === 'BatchNormalization'))
    process.emitWarning(BATCH_NORMALIZATION_WARNING, 'UserWarning');
  const metrics = makeMetrics(options.metrics ?? []);
  return new FederatedModel(kerasDefinition(kerasModel, options.inputSpec, losses, metrics));
}

function checkLosses(model: Model, { loss, lossWeights }: FromKerasModelOptions<InputSpec>): WeightedLosses {
  if (!Array.isArray(loss)) {
    if (!(loss instanceof Loss)) throw mustBe('loss', 'a Loss or a list of Losses', loss);
    if (lossWeights !== undefined && lossWeights !== null) throw new ValueError('`lossWeights` cannot be used if `loss` is not a list');
    return { losses: [loss], weights: [1], perOutput: false };
  }
  const outputs = flatten(model.outputs).length;
  if (loss.length !== outputs)
    throw new ValueError(`\`loss\` must have one Loss for each of the ${outputs} outputs of \`kerasModel\`, received ${loss.length}`);
  loss.forEach((l: unknown, i) => {
    if (!(l instanceof Loss)) throw mustBe(`loss[${i}]`, 'a Loss', l);
  });
  const weights: unknown = lossWeights ?? loss.map(() => 1);
  if (!Array.isArray(weights)) throw mustBe('lossWeights', 'a list of numbers', weights);
  if (weights.length !== loss.length)
    throw new ValueError(`\`lossWeights\` must have one number for each of the ${loss.length} losses, received ${weights.length}`);
  weights.forEach((w: unknown, i) => {
    if (typeof w !== 'number' || !Number.isFinite(w)) throw mustBe(`lossWeights[${i}]`, 'a finite number', w);
  });
  return { losses: loss, weights, perOutput: true };
}

function checkInputSpec(spec: unknown): asserts spec is InputSpec {
  if (spec instanceof TensorSpec || (!Array.isArray(spec) && !isDictionary(spec)))
    throw mustBe('inputSpec', 'a list or a dictionary of two elements, x and y', spec);
  const count = Array.isArray(spec) ? spec.length : Object.keys(spec).length;
  if (count !== 2)
    throw new ValueError(
      `\`inputSpec\` must contain exactly two top-level elements, one for the inputs and one for the labels, received ${count}`,
    );
  mapTree(spec as InputSpec, (leaf, path) => {
    if (!(leaf instanceof TensorSpec))
      throw mustBe(`inputSpec${path.startsWith('[') ? path : `.${path}`}`, 'a tensor spec (from tensorSpec)', leaf);
  });
  if (Array.isArray(spec)) return;
  if (!Object.hasOwn(spec, 'x'))
    throw new ValueError(
      `\`inputSpec\` must have the key \`x\`, representing the input(s) to the model, received the keys ${Object.keys(spec).join(', ')}`,
    );
  if (!Object.hasOwn(spec, 'y'))
    throw new ValueError(
      `\`inputSpec\` must have the key \`y\`, representing the label(s), received the keys ${Object.keys(spec).join(', ')}`,
    );
}

/** A sequential model without an input takes its shape from the spec. */
function buildFromSpec(model: Sequential, spec: InputSpec): void {
  const x = inputsSpec(spec);
  if (x instanceof TensorSpec && x.shape.length > 0) model.buildFor([null, ...x.shape.slice(1)], x.dtype);
}

function makeMetrics(given: readonly unknown[]): Metric[] {
  const kinds = new Set<string>();
  const made = given.map((metric, i) => {
    if (metric instanceof Metric) {
      kinds.add('instances');
      return metric;
    }
    if (typeof metric !== 'function') {
      throw typeError(
        `\`metrics[${i}]\` must be a metric or a no-arg callable that creates one, found a non-callable: ${describe(metric)}`,
      );
    }
    kinds.add('constructors');
    return construct(metric as (new () => unknown) & (() => unknown), i);
  });
  if (kinds.size > 1) throw typeError('`metrics` must be all metrics or all constructors of metrics, found both types in the `metrics`');
  return made;
}

function construct(make: (new () => unknown) & (() => unknown), i: number): Metric {
  const isMetricClass = make.prototype instanceof Metric;
  let created: unknown;
  try {
    created = isMetricClass ? new make() : make();
  } catch (error) {
    throw typeError(
      `\`metrics[${i}]\` is not a no-arg callable that creates a metric: it failed with ${describe(error instanceof Error ? error.message : error)}`,
      { cause: error },
    );
  }
  if (!(created instanceof Metric))
    throw typeError(`\`metrics[${i}]\` is not a no-arg callable that creates a metric, it created ${describe(created)}`);
  return created;
}
