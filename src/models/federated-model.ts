/** Federated models: what `fromKerasModel` returns, and all federated training runs on. */
import { dtypeBytes } from '../dtype.js';
import { DisposedError, ValueError } from '../errors.js';
import { Computation } from '../graph/computation.js';
import { Context } from '../graph/context.js';
import { gradients } from '../graph/gradients.js';
import type { Graph, Output } from '../graph/graph.js';
import { zerosLike } from '../graph/ops/array.js';
import { specsOf, type Variable } from '../graph/variable.js';
import { Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { checkBoolean, checkOptions, mustBe } from '../validate.js';
import {
  anyBatch,
  type BatchOf,
  checkRows,
  type InputSpec,
  type InputsOf,
  inputsSpec,
  labelsSpec,
  rowsOf,
  sampleWeightSpec,
  splitBatch,
  toSampleWeight,
  toTensors,
} from './batch.js';
import type { MetricDefinition, ModelDefinition } from './model-definition.js';
import { checkWeights, LARGE_MODEL, type ModelWeights, sharedWeights } from './model-weights.js';

/** What a forward pass gives. */
export interface BatchOutput {
  /** Weighted sum of the losses, regularisers included; `null` for a batch without labels. */
  readonly loss: number | null;
  /** In the structure of the model's outputs. */
  readonly predictions: Tensor & { readonly [key: string]: Tensor } & readonly Tensor[];
  /** Rows of the first input. */
  readonly numExamples: number;
}

/** What a backward pass gives besides. */
export interface BackwardOutput extends BatchOutput {
  /** Of the loss, in the order of `trainableVariables`; zeros for a variable that the loss does not depend on. */
  readonly gradients: Tensor[];
}

/** Options of the passes. */
export interface PassOptions {
  /** `true` by default, as in TFF: dropout drops, batch normalisation uses the batch's statistics. */
  readonly training?: boolean;
}

/** Computes a metric's value from its unfinalized values. */
export type MetricFinalizer = (unfinalized: readonly Tensor[]) => Promise<Tensor>;

/**
 * A model for federated learning.
 *
 * The passes never change weights; they update the metrics' variables. Calls that overlap are run one after another.
 * Memory of TensorFlow's is freed by `dispose` (or `using`), or by the garbage collector.
 */
export class FederatedModel<S extends InputSpec = InputSpec, Batch = BatchOf<S>, Inputs = InputsOf<S>> {
  /** The model as graph functions: what algorithms build their computations of. */
  readonly definition: ModelDefinition<S>;
  readonly #computations = new Map<string, Computation>();
  #queue: Promise<unknown> = Promise.resolve();
  #calls = 0;
  #disposed = false;

  /** Made by `fromKerasModel` or `models.functional`. @internal */
  constructor(definition: ModelDefinition<S>) {
    this.definition = definition;
  }

  get inputSpec(): S {
    return this.definition.inputSpec;
  }

  /** The variables that training changes, in Keras's order. */
  get trainableVariables(): readonly Variable[] {
    return this.definition.trainableVariables;
  }

  /** The others, such as moving averages. */
  get nonTrainableVariables(): readonly Variable[] {
    return this.definition.nonTrainableVariables;
  }

  /** The metrics' variables, metric by metric. */
  get localVariables(): readonly Variable[] {
    return this.definition.metrics.flatMap((m) => m.variables);
  }

  /**
   * Predictions and loss of a batch; updates the metrics.
   *
   * @throws TypeError for a batch without `x`, of another structure or dtype; ValueError for a shape that does not fit;
   *   TensorFlowError where TensorFlow fails, for example for a label out of range; DisposedError.
   */
  async forwardPass(batch: Batch, options: PassOptions = {}): Promise<BatchOutput> {
    return this.#pass(batch, options, false) as Promise<BatchOutput>;
  }

  /** Like `forwardPass`, with the gradients of the loss; updates the metrics. @throws as `forwardPass`; ValueError for a batch without labels */
  async backwardPass(batch: Batch, options: PassOptions = {}): Promise<BackwardOutput> {
    return this.#pass(batch, options, true) as Promise<BackwardOutput>;
  }

  /** The predictions for inputs alone; changes nothing. */
  async predictOnBatch(x: Inputs, options: PassOptions = {}): Promise<BatchOutput['predictions']> {
    const training = this.#training(options);
    const specs = anyBatch(inputsSpec(this.inputSpec));
    const inputs = toTensors('x', specs, x);
    const computation = this.#compile(`predict ${training}`, [this.#weightSpecs(), tensorSpec([2], 'int64'), specs], (feeds, graph) => {
      const [weights, seed, xs] = feeds as [Output[], Output, Tree<Output>];
      return this.definition.predict(this.#context(graph, training, weights, [], seed), xs);
    });
    return (await computation.run([this.#weightValues(), this.#seed(), inputs])) as BatchOutput['predictions'];
  }

  /** The metrics' variables by metric, over all batches since the last reset: what is summed over clients. */
  async reportLocalUnfinalizedMetrics(): Promise<Record<string, Tensor[]>> {
    await this.#queue;
    this.checkAlive();
    return Object.fromEntries(this.definition.metrics.map((m) => [m.name, m.variables.map((v) => v.value)]));
  }

  /** For each metric, what makes its value of the unfinalized ones. */
  metricFinalizers(): Record<string, MetricFinalizer> {
    return Object.fromEntries(this.definition.metrics.map((m) => [m.name, (unfinalized) => this.#finalize(m, unfinalized)]));
  }

  /** Sets every metric to its initial value. */
  async resetMetrics(): Promise<void> {
    await this.#serially(async () => {
      for (const v of this.localVariables) v.value = v.initialValue();
    });
  }

  /** The current values of all variables but the metrics'. */
  getWeights(): ModelWeights {
    this.checkAlive();
    const of = (variables: readonly Variable[]): Tensor[] => variables.map((v) => v.value);
    const weights = sharedWeights({ trainable: of(this.trainableVariables), nonTrainable: of(this.nonTrainableVariables) });
    // A large model that kept what training starts from would take its memory once more for as long as it is trained.
    const variables = [...this.trainableVariables, ...this.nonTrainableVariables];
    if (variables.reduce((bytes, v) => bytes + v.size * dtypeBytes(v.dtype), 0) >= LARGE_MODEL)
      [...weights.trainable, ...weights.nonTrainable].forEach((t, i) => {
        variables[i]?.release(t);
      });
    return weights;
  }

  /** @throws TypeError or ValueError for weights that do not fit; then nothing is changed. */
  setWeights(weights: ModelWeights): void {
    this.checkAlive();
    const { trainable, nonTrainable } = checkWeights('weights', this.trainableVariables, this.nonTrainableVariables, weights);
    const set = (variables: readonly Variable[], values: readonly Tensor[]): void =>
      variables.forEach((v, i) => {
        v.value = values[i] as Tensor;
      });
    set(this.trainableVariables, trainable);
    set(this.nonTrainableVariables, nonTrainable);
  }

  /** Frees the compiled computations; the model cannot be used afterwards. A second call does nothing. */
  dispose(): void {
    for (const computation of this.#computations.values()) computation.dispose();
    this.#computations.clear();
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #pass(batch: unknown, options: PassOptions, backward: boolean): Promise<BatchOutput | BackwardOutput> {
    const training = this.#training(options);
    const { x, y, sampleWeight } = splitBatch(batch);
    const xSpecs = anyBatch(inputsSpec(this.inputSpec));
    const ySpecs = anyBatch(labelsSpec(this.inputSpec));
    const xs = toTensors('batch.x', xSpecs, x);
    const ys = y === undefined ? undefined : toTensors('batch.y', ySpecs, y);
    const weightSpecs = ys === undefined ? [] : anyBatch(sampleWeightSpec(this.inputSpec));
    const sampleWeights = ys === undefined ? [] : toSampleWeight('batch.sampleWeight', weightSpecs, sampleWeight);
    if (backward && ys === undefined)
      throw new ValueError('`batch` must have labels `y` for a backward pass: without them there is no loss');
    checkRows('batch', { x: xs, y: ys ?? [], sampleWeight: sampleWeights });
    const key = `pass ${training} ${backward} ${ys !== undefined}`;
    const computation = this.#compile(
      key,
      [this.#weightSpecs(), specsOf(this.localVariables), tensorSpec([2], 'int64'), xSpecs, ys === undefined ? [] : ySpecs, weightSpecs],
      (feeds, graph) => {
        const [weights, local, seed, xo, yo, wo] = feeds as [Output[], Output[], Output, Tree<Output>, Tree<Output>, Tree<Output>];
        const ctx = this.#context(graph, training, weights, local, seed);
        const values = this.trainableVariables.map((v) => ctx.read(v));
        const { loss, predictions } = this.definition.forward(ctx, xo, ys === undefined ? undefined : yo, wo);
        const grads = backward ? gradients([loss as Output], values).map((g, i) => g ?? zerosLike(values[i] as Output)) : [];
        return [loss === null ? [] : [loss], predictions, this.localVariables.map((v) => ctx.read(v)), grads];
      },
    );
    return this.#serially(async () => {
      const inputs = [this.#weightValues(), this.localVariables.map((v) => v.value), this.#seed(), xs, ys ?? [], sampleWeights];
      const [loss, predictions, local, grads] = (await computation.run(inputs)) as [
        Tensor[],
        BatchOutput['predictions'],
        Tensor[],
        Tensor[],
      ];
      this.localVariables.forEach((v, i) => {
        v.value = local[i] as Tensor;
      });
      const output = {
        loss: loss[0] === undefined ? null : Number(loss[0].data[0]),
        predictions,
        numExamples: rowsOf(xs),
      };
      return backward ? { ...output, gradients: grads } : output;
    });
  }

  async #finalize(metric: MetricDefinition, unfinalized: readonly Tensor[]): Promise<Tensor> {
    const name = `unfinalized ${metric.name}`;
    if (!Array.isArray(unfinalized)) throw mustBe(name, 'a list of tensors', unfinalized);
    if (unfinalized.length !== metric.variables.length)
      throw new ValueError(`\`${name}\` must be a list of ${metric.variables.length} tensors, received ${unfinalized.length}`);
    unfinalized.forEach((t: unknown, i) => {
      const { spec } = metric.variables[i] as Variable;
      if (!(t instanceof Tensor)) throw mustBe(`${name}[${i}]`, `a tensor ${spec}`, t);
      if (!spec.accepts(t.shape, t.dtype)) throw new ValueError(`\`${name}[${i}]\` must be ${spec}, received ${t}`);
    });
    const computation = this.#compile(`finalize ${this.definition.metrics.indexOf(metric)}`, specsOf(metric.variables), (values, graph) => {
      const entries = metric.variables.map((v, i): [Variable, Output] => [v, (values as Output[])[i] as Output]);
      return metric.result(new Context(graph, { training: false, values: new Map(entries) }));
    });
    return (await computation.run(unfinalized)) as Tensor;
  }

  #context(graph: Graph, training: boolean, weights: readonly Output[], local: readonly Output[], seed: Output): Context {
    const variables = [...this.trainableVariables, ...this.nonTrainableVariables];
    const entries = [
      ...variables.map((v, i): [Variable, Output] => [v, weights[i] as Output]),
      ...this.localVariables.slice(0, local.length).map((v, i): [Variable, Output] => [v, local[i] as Output]),
    ];
    return new Context(graph, { training, values: new Map(entries), seed });
  }

  #weightSpecs(): TensorSpec[] {
    return specsOf([...this.trainableVariables, ...this.nonTrainableVariables]);
  }

  #weightValues(): Tensor[] {
    return [...this.trainableVariables, ...this.nonTrainableVariables].map((v) => v.value);
  }

  /** Each pass drops other values, and a second run of the same program the same ones. */
  #seed(): Tensor {
    return tensor(BigInt64Array.of(0n, BigInt(this.#calls++) << 20n));
  }

  #training(options: PassOptions): boolean {
    this.checkAlive();
    checkOptions('options', options, ['training']);
    return checkBoolean('training', options.training ?? true);
  }

  #compile(key: string, specs: Tree<TensorSpec>, build: (inputs: Tree<Output>, graph: Graph) => Tree<Output>): Computation {
    this.checkAlive();
    const known = this.#computations.get(key);
    if (known !== undefined) return known;
    const made = Computation.compile(specs, build);
    this.#computations.set(key, made);
    return made;
  }

  async #serially<T>(fn: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      this.checkAlive();
      return fn();
    });
    // One failed call must not fail the next ones.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** @throws DisposedError after `dispose` @internal */
  checkAlive(): void {
    if (this.#disposed) throw new DisposedError('the model has been disposed');
  }
}

/** A federated model of any input spec: what algorithms take. */
// biome-ignore lint/suspicious/noExplicitAny: batches are checked against the spec when they come
export type AnyFederatedModel = FederatedModel<InputSpec, any, any>;

/** A model given to an algorithm. @throws TypeError, DisposedError */
export function checkModel(model: unknown, name = 'model'): AnyFederatedModel {
  if (!(model instanceof FederatedModel)) throw mustBe(name, 'a federated model (from fromKerasModel or models.functional)', model);
  model.checkAlive();
  return model;
}
