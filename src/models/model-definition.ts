/** What federated learning needs of a model: variables and graph functions. */
import type { Context } from '../graph/context.js';
import type { Output } from '../graph/graph.js';
import type { Variable } from '../graph/variable.js';
import type { Tree } from '../tree.js';
import type { InputSpec } from './batch.js';

/** A metric of a model: sums that are added up over clients, and what is made of them. */
export interface MetricDefinition {
  readonly name: string;
  readonly variables: readonly Variable[];
  /** Variables that are the number of examples or of batches, whatever the values. */
  readonly counts: ReadonlyMap<Variable, 'examples' | 'batches'>;
  /** The metric's value from the variables. */
  readonly result: (ctx: Context) => Output;
}

/** What a forward pass gives. */
export interface ForwardOutputs {
  /** A scalar; `null` for a batch without labels. */
  readonly loss: Output | null;
  readonly predictions: Tree<Output>;
}

/** A model as graph functions. A hand-written one goes wherever a Keras one goes: see `models.functional`. */
export interface ModelDefinition<S extends InputSpec = InputSpec> {
  readonly inputSpec: S;
  readonly trainableVariables: readonly Variable[];
  readonly nonTrainableVariables: readonly Variable[];
  /** Those of batch normalisation, trainable or not; none by default. */
  readonly normalizationVariables?: readonly Variable[];
  /** States that each batch of a client hands on to the next one, from their initial values; none by default. */
  readonly carriedVariables?: readonly Variable[];
  readonly metrics: readonly MetricDefinition[];
  /** The predictions for inputs, in the context's mode. */
  readonly predict: (ctx: Context, x: Tree<Output>) => Tree<Output>;
  /**
   * Predictions and loss, regularisers included; updates the metrics' variables where there are labels.
   *
   * @param sampleWeight Factors for the losses of the examples, in the structure of the input spec's `sampleWeight`; an empty list for none.
   */
  readonly forward: (ctx: Context, x: Tree<Output>, y: Tree<Output> | undefined, sampleWeight: Tree<Output>) => ForwardOutputs;
}
