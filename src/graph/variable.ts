/** Variables: what a model, a metric or an optimizer keeps between steps. */
import { arrayClass, type DType, type DTypeMap, type NumericArray, type NumericDType } from '../dtype.js';
import { typeError } from '../errors.js';
import { sizeOf, Tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mustBe, mustHold } from '../validate.js';

/** How a variable is made. */
export interface VariableOptions {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly trainable?: boolean;
  /** The initial values, asked for when they are first needed; zeros by default. */
  readonly initial?: () => NumericArray;
  /** Whether `initial` gives the same values each time, and costs little: what is made of it need not be kept. `false` by default. */
  readonly isRepeatable?: boolean;
}

/**
 * A named value of fixed shape and element type, such as a layer's kernel.
 *
 * In a graph it is read and assigned through a `Context`; its `value` is what training starts from.
 */
export class Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The names of the layers around it, for messages and files: `dense_1/kernel`. */
  path: string;
  trainable: boolean;
  readonly #initial: (() => NumericArray) | undefined;
  readonly #isRepeatable: boolean;
  #value: Tensor | undefined;
  #isSet = false;
  /** Where the initial values were when they were let go. */
  #released: WeakRef<Tensor> | undefined;

  constructor(options: VariableOptions) {
    this.name = options.name;
    this.path = options.name;
    this.shape = Object.freeze([...options.shape]);
    this.dtype = options.dtype ?? 'float32';
    this.trainable = options.trainable ?? true;
    this.#initial = options.initial;
    this.#isRepeatable = options.isRepeatable ?? false;
  }

  get spec(): TensorSpec {
    return tensorSpec(this.shape, this.dtype);
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The current value; the initial one until another is set. */
  get value(): Tensor {
    if (this.#value === undefined) {
      const released = this.#released?.deref();
      this.#value = released === undefined || released.disposed ? this.initialValue() : released.share();
    }
    return this.#value;
  }

  /** @throws TypeError for no tensor or another dtype, ValueError for another shape. */
  set value(value: Tensor) {
    if (!(value instanceof Tensor)) throw mustBe(`the value of ${this.path}`, `a tensor ${this.spec}`, value);
    if (value.dtype !== this.dtype) throw typeError(`the value of \`${this.path}\` must be ${this.dtype}, received ${value}`);
    if (!this.spec.accepts(value.shape, value.dtype))
      throw mustHold(`the value of ${this.path}`, `of shape [${this.shape.join(', ')}]`, `[${value.shape.join(', ')}]`);
    this.#value = value;
    this.#isSet = true;
    this.#released = undefined;
  }

  /** Lets go of initial values that can be made again; while `holder`, which shares their memory, is there, they are taken from it. */
  release(holder: Tensor): void {
    if (this.#isSet || !this.#isRepeatable) return;
    this.#value = undefined;
    this.#released = new WeakRef(holder);
  }

  /** A fresh tensor of the initial values. */
  initialValue(): Tensor {
    const data = this.#initial?.() ?? (new (arrayClass(this.dtype as NumericDType))(this.size) as NumericArray);
    return new Tensor(this.dtype, this.shape, data as DTypeMap[DType]);
  }
}

/** What the values of variables must be. */
export const specsOf = (variables: readonly Variable[]): TensorSpec[] => variables.map((v) => v.spec);
