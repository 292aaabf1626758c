/** What functional and sequential models share. */
import { typeError, ValueError } from '../../errors.js';
import { Computation } from '../../graph/computation.js';
import { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import type { Variable } from '../../graph/variable.js';
import { toTensors } from '../../models/batch.js';
import { Tensor } from '../../tensor.js';
import { type TensorSpec, tensorSpec } from '../../tensor-spec.js';
import { flatten, isDictionary, isStructure, mapTree, type Tree } from '../../tree.js';
import { checkOptions, describe, mustBe } from '../../validate.js';
import type { LoadModelOptions } from '../saving/load-model.js';
import type { TfjsLayersModel } from '../saving/tfjs/reader.js';
import type { Fields } from '../serialization/fields.js';
import type { KerasConfig } from '../serialization/registry.js';
import { summary as printSummary, type SummaryOptions } from '../visualization/summary.js';
import type { KerasTensor } from './keras-tensor.js';
import { Layer } from './layer.js';

/** What `compile` takes; nothing is checked beyond the names, since federated learning refuses a compiled model. */
export interface CompileOptions {
  readonly optimizer?: unknown;
  readonly loss?: unknown;
  readonly metrics?: unknown;
}

/** What a file says that a model was compiled with, as configs. */
export interface CompileConfig {
  /** For `keras.optimizers.deserialize`. */
  readonly optimizer?: KerasConfig;
  /** A name, a config, or a structure of them as the model's outputs. */
  readonly loss?: unknown;
  readonly lossWeights?: unknown;
  readonly metrics?: unknown;
}

/** A Keras model: a layer made of layers, with inputs and outputs. */
export abstract class Model<F extends Fields = Fields> extends Layer<F> {
  protected override readonly takesStructure: boolean = true;
  protected override readonly supportsMasking: boolean = true;
  protected override readonly isInPaths: boolean = false;
  /** What the file that the model was loaded from says about compiling; `null` where that is nothing. */
  compileConfig: CompileConfig | null = null;
  #compiled = false;
  #predict: Computation | undefined;

  /** All layers, in Keras's order. */
  abstract get layers(): readonly Layer[];
  /** The model's inputs, in their structure. @throws ValueError for a model that is not built */
  abstract get inputs(): Tree<KerasTensor>;
  /** The model's outputs, in their structure. */
  abstract get outputs(): Tree<KerasTensor>;

  /** The outputs' names, in flat order: the keys of a dictionary of outputs, else the names of the layers that they come from. */
  get outputNames(): readonly string[] {
    const { outputs } = this;
    if (!isDictionary(outputs) || Object.values(outputs).some(isStructure)) return flatten(outputs).map((t) => t.node.layer.name);
    return Object.keys(outputs).sort();
  }

  /** Whether `compile` was called. */
  get compiled(): boolean {
    return this.#compiled;
  }

  /** Marks the model as compiled for training by itself; such a model is refused by `fromKerasModel`, which brings its own loss and optimizers. */
  compile(options: CompileOptions = {}): void {
    checkOptions('options of compile', options, ['optimizer', 'loss', 'metrics']);
    this.#compiled = true;
  }

  /** The layer of a name or position. @throws ValueError where there is none */
  getLayer(which: string | number): Layer {
    const layer = typeof which === 'number' ? this.layers.at(which) : this.layers.find((l) => l.name === which);
    if (layer === undefined)
      throw new ValueError(
        `the model \`${this.name}\` has no layer ${describe(which)}; it has ${this.layers.map((l) => l.name).join(', ')}`,
      );
    return layer;
  }

  /** The values of all weights, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((w) => w.value.share());
  }

  /** @throws TypeError or ValueError for values that do not fit; then nothing is changed. */
  setWeights(values: readonly Tensor[]): void {
    const { weights } = this;
    if (!Array.isArray(values)) throw mustBe('values', 'a list of tensors', values);
    if (values.length !== weights.length) throw new ValueError(`\`values\` must be ${weights.length} tensors, received ${values.length}`);
    values.forEach((value, i) => {
      const weight = weights[i] as Variable;
      if (!(value instanceof Tensor) || !weight.spec.accepts(value.shape, value.dtype))
        throw typeError(
          `\`values[${i}]\` must be a tensor ${weight.spec} for \`${weight.path}\`, received ${value instanceof Tensor ? value : describe(value)}`,
        );
    });
    weights.forEach((w, i) => {
      w.value = (values[i] as Tensor).share();
    });
  }

  /** Number of values in all weights. */
  countParams(): number {
    return this.weights.reduce((n, w) => n + w.size, 0);
  }

  /**
   * The model's outputs for inputs in the model's structure, in inference mode.
   *
   * @throws TypeError for another structure or element type, ValueError for a shape that does not fit
   */
  async predict(inputs: Tree<Tensor>): Promise<Tree<Tensor>> {
    const weights = this.weights;
    const specs = mapTree(this.inputs, (t) => tensorSpec(t.shape, t.dtype) as TensorSpec);
    const tensors = toTensors('inputs', specs, inputs);
    this.#predict ??= Computation.compile([weights.map((w) => w.spec), specs], (feeds, graph) => {
      const [values, x] = feeds as [Output[], Tree<Output>];
      return this.invoke(
        new Context(graph, { training: false, values: new Map(weights.map((w, i): [Variable, Output] => [w, values[i] as Output])) }),
        x,
      );
    });
    return await this.#predict.run([weights.map((w) => w.value), tensors]);
  }

  /** Prints a table of the model's layers, as Keras does. @throws TypeError, ValueError for options that are none */
  summary(options: SummaryOptions = {}): void {
    printSummary(this as unknown as Model, options);
  }

  /**
   * Writes the model with its weights as a `.keras` file that Python's Keras 3 opens or as tfjs's `model.json` (with the weights' files beside
   * it), or its weights alone as `.weights.h5`. A folder that is not there is made.
   *
   * @throws ValueError for another ending, or a layer that cannot be written
   */
  async save(path: string): Promise<void> {
    // Files know all layers, and layers need not know files: it is loaded when it is asked for.
    const { saveModel } = await import('../saving/save-model.js');
    await saveModel(this as unknown as Model, path);
  }

  /**
   * Writes the model as a TensorFlow SavedModel in the folder `path`, for inference: its signature `serving_default` takes the inputs by their
   * names and gives `output_0` … (of dictionaries, their keys). The weights are in it, so they must be less than 2 GiB.
   *
   * @throws ValueError for a model that is larger or not built
   */
  async export(path: string): Promise<void> {
    const { exportModel } = await import('../saving/saved-model.js');
    await exportModel(this as unknown as Model, path);
  }

  /**
   * Sets all weights to those of a file: `.weights.h5` of Keras 3 or 2, `.h5` of Keras 2 (weights alone or a whole model), `.keras`, or tfjs's
   * `model.json` or model.
   *
   * @throws FileFormatError for a file that is damaged or hostile, or whose weights do not fit the model; then nothing is changed.
   */
  async loadWeights(source: string | TfjsLayersModel, options: LoadModelOptions = {}): Promise<void> {
    const { loadWeights } = await import('../saving/load-model.js');
    await loadWeights(this as unknown as Model, source, options);
  }

  /** The inputs in flat order. @internal */
  get flatInputs(): KerasTensor[] {
    return flatten(this.inputs);
  }
}
