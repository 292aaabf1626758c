/** `tf.train.Example` protocol buffers: TensorFlow parses them (`tf.io.parse_example`). */
import { type DType, dtypeNumber, isFloating, isInteger } from '../dtype.js';
import { Computation } from '../graph/computation.js';
import { cast } from '../graph/ops/index.js';
import { binding } from '../native/loader.js';
import { fromNative, type Tensor, tensor } from '../tensor.js';
import { TensorSpec, tensorSpec } from '../tensor-spec.js';
import { mustBe, mustHold } from '../validate.js';

/** The features of one example, by their names. A first size of `null` is a list of any length. */
export type ExampleFeatures = Readonly<Record<string, TensorSpec>>;

/** Parses the examples of a client at once. */
export type ExampleParser = (examples: readonly Uint8Array[]) => Promise<Record<string, Tensor>>;

/** The type in which an Example has values of a type. */
const storedAs = (dtype: DType): 'float32' | 'int64' | 'string' =>
  dtype === 'string' ? 'string' : isFloating(dtype) ? 'float32' : 'int64';

/** @throws TypeError, ValueError for something that an Example cannot have */
export function checkFeatures(features: ExampleFeatures): void {
  if (typeof features !== 'object' || features === null || Array.isArray(features))
    throw mustBe('features', 'an object of tensor specs', features);
  if (Object.keys(features).length === 0) throw mustHold('features', 'at least one tensor spec', features);
  for (const [name, spec] of Object.entries(features)) {
    if (!(spec instanceof TensorSpec)) throw mustBe(`features.${name}`, 'a tensor spec', spec);
    if (spec.dtype !== 'string' && !isFloating(spec.dtype) && !isInteger(spec.dtype))
      throw mustHold(`features.${name}`, 'of strings, whole or floating numbers, as an Example has', String(spec));
    if (spec.shape.slice(1).includes(null)) throw mustHold(`features.${name}`, 'of known sizes after the first', String(spec));
  }
}

/** Compiles a parser. Features are cast to the types of their specs; lists are filled up to the longest with 0 or empty strings. */
export function exampleParser(features: ExampleFeatures): ExampleParser {
  const names = Object.keys(features).sort();
  const specs = names.map((name) => features[name] as TensorSpec);
  const computation = Computation.compile<Tensor[]>([tensorSpec([null], 'string')], (inputs, graph) => {
    const [serialized] = inputs as [Parameters<typeof cast>[0]];
    const none = graph.constant(tensor([], [0], 'string'), 'string', [0]);
    const defaults = specs.map(({ shape: [first], dtype }) => {
      // No default says that the feature must be there; that of a list is what it is filled up with.
      const stored = storedAs(dtype);
      const fill = first === null ? [stored === 'string' ? '' : 0] : [];
      return graph.constant(tensor(fill, [fill.length], stored), stored, [fill.length]);
    });
    const parsed = graph.op('ParseExampleV2', [serialized, none, none, graph.constant(tensor(names), 'string'), none, defaults], {
      num_sparse: 0,
      sparse_types: [],
      ragged_value_types: [],
      ragged_split_types: [],
      Tdense: specs.map(({ dtype }) => dtypeNumber(storedAs(dtype))),
      dense_shapes: specs.map(({ shape }) => ({ shape: shape.map((size) => size ?? -1) })),
    });
    return parsed.map((output, i) => cast(output, (specs[i] as TensorSpec).dtype));
  });
  return async (examples) => {
    using serialized = fromNative(binding().tensorFromStrings([examples.length], examples));
    const tensors = await computation.run([serialized]);
    return Object.fromEntries(names.map((name, i) => [name, tensors[i] as Tensor]));
  };
}
