/**
 * The addon's functions, one to one. Nothing here is public: the rooms above wrap it.
 *
 * Handles are opaque, type-tagged objects with one owner; each has a finalizer as a net and an explicit `dispose`. An
 * operation is a number that is valid in its graph only, and never reused. An endpoint ("the i-th output of operation o")
 * is encoded as the number `o * 65536 + i`.
 */

declare const brand: unique symbol;
interface Handle<Name extends string> {
  readonly [brand]: Name;
}
/** Owns a `TF_Tensor`. */
export type NativeTensor = Handle<'tensor'>;
/** What an item is fed with: a tensor, or the `TF_DataType`, the shape and the values of one, which are copied. */
export type NativeFeed = NativeTensor | readonly [dtype: number, shape: readonly number[], data: ArrayBufferView];
/** Owns a `TF_Graph` and the list of its operations. */
export type NativeGraph = Handle<'graph'>;
/** Owns a `TF_Function`. */
export type NativeFunction = Handle<'function'>;
/** Owns a `TF_Session` with its feeds and fetches; keeps its graph alive. */
export type NativeComputation = Handle<'computation'>;
/** Owns running sums (or stacks) of tensors, filled in order of position. */
export type NativeAccumulator = Handle<'accumulator'>;
/** A flag that stops runs which have not begun. */
export type NativeCancellation = Handle<'cancellation'>;

/** An endpoint in a graph: `operation * 65536 + output index`. */
export type Endpoint = number;

/** What is known of an operation's outputs when it is added: `TF_DataType` numbers, and shapes with `-1` for an unknown size, `null` for an unknown rank. */
export interface OperationResult {
  readonly op: number;
  readonly dtypes: readonly number[];
  readonly shapes: readonly (readonly number[] | null)[];
}

export interface EndpointResult {
  /** `-1` where there is no gradient. */
  readonly endpoint: Endpoint;
  readonly dtype: number;
  readonly shape: readonly number[] | null;
}

/** An attribute: its type in the op's definition decides how the value is read. Shapes are `{ shape: number[] | null }`. */
export type AttributeValue =
  | boolean
  | number
  | bigint
  | string
  | NativeTensor
  | { readonly shape: readonly number[] | null }
  | readonly (boolean | number | bigint | string | { readonly shape: readonly number[] | null })[];

export interface TensorInfo {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** Live native objects and bytes in this process, for leak tests. */
export interface NativeStats {
  readonly tensors: number;
  readonly graphs: number;
  readonly functions: number;
  readonly computations: number;
  readonly accumulators: number;
  readonly tensorBytes: number;
  readonly threads: number;
}

/** How an accumulator's slot combines the clients' tensors: `sum` in order of position, or `stack` on a new first axis. */
export type Reduction = 'sum' | 'stack';

/**
 * A function of the addon that fails throws an `Error` with a `code`: a status name of libtensorflow (`INVALID_ARGUMENT` …),
 * `ERR_DISPOSED` for a disposed handle, or `ERR_INVALID_ARG_TYPE` for an argument that is not the handle or value it should be.
 */
export interface Binding {
  /** Opens libtensorflow, once per process: a second call with the same path does nothing, with another path it fails with `FAILED_PRECONDITION`. `logLevel` is `TF_CPP_MIN_LOG_LEVEL`, 0 (all) to 3 (errors only). Returns `TF_Version()`. */
  loadLibrary(path: string, logLevel: number): string;
  /** Adds our own ops (`Fedkeras…`) to those of the opened libtensorflow, once per process. */
  registerOps(): void;
  /** Sizes the process-wide pool of threads on which computations run; a shrink takes effect when running work ends. */
  setConcurrency(threads: number): void;
  stats(): NativeStats;

  /** Copies `data` into a new tensor; its byte length must be that of the shape. */
  tensorNew(dtype: number, shape: readonly number[], data: ArrayBufferView): NativeTensor;
  tensorFromStrings(shape: readonly number[], values: readonly (string | Uint8Array)[]): NativeTensor;
  /** Another handle of the same memory, which is freed when both are disposed. */
  tensorShare(tensor: NativeTensor): NativeTensor;
  tensorInfo(tensor: NativeTensor): TensorInfo;
  /** A copy of the tensor's bytes. */
  tensorData(tensor: NativeTensor): ArrayBuffer;
  tensorStrings(tensor: NativeTensor): Uint8Array[];
  tensorDispose(tensor: NativeTensor): void;

  graphNew(): NativeGraph;
  /**
   * Adds an operation. A list input of the op is a nested array of endpoints. Attributes whose name begins with `_` need no definition. `device`
   * may be `''`. `shape` is that of the first output, `-1` for unknown sizes, of an op that cannot say it itself.
   */
  graphAddOperation(
    graph: NativeGraph,
    type: string,
    name: string,
    inputs: readonly (Endpoint | readonly Endpoint[])[],
    attributes: Readonly<Record<string, AttributeValue>>,
    controls: readonly number[],
    device: string,
    shape?: readonly number[],
  ): OperationResult;
  /** `TF_AddGradients` of `sum(ys * dys)` with respect to `xs`. */
  graphAddGradients(graph: NativeGraph, ys: readonly Endpoint[], xs: readonly Endpoint[], dys: readonly Endpoint[]): EndpointResult[];
  graphToFunction(
    graph: NativeGraph,
    name: string,
    inputs: readonly Endpoint[],
    outputs: readonly Endpoint[],
    outputNames: readonly string[] | null,
  ): NativeFunction;
  graphCopyFunction(graph: NativeGraph, fn: NativeFunction): void;
  /** The graph as a serialized `GraphDef`. */
  graphToProto(graph: NativeGraph): ArrayBuffer;
  graphDispose(graph: NativeGraph): void;
  functionDispose(fn: NativeFunction): void;

  /** The kinds of devices that a session with a serialized `ConfigProto` has: `CPU`, `GPU` … */
  deviceTypes(config: Uint8Array): string[];
  /** Whether the processor has instructions for products in `bfloat16`. */
  multipliesBfloat16(): boolean;
  /** Whether it has tiles, registers of matrices in `bfloat16` (Intel AMX), and the system lets this process use them. */
  hasTiles(): boolean;
  /** Makes a session for `graph` with a serialized `ConfigProto`, and fixes what is fed and fetched, and which operations are run besides. */
  computationNew(
    graph: NativeGraph,
    feeds: readonly Endpoint[],
    fetches: readonly Endpoint[],
    targets: readonly number[],
    config: Uint8Array,
  ): NativeComputation;
  /** Runs on the pool; the promise resolves with the fetched tensors. */
  computationRun(computation: NativeComputation, feeds: readonly NativeTensor[]): Promise<NativeTensor[]>;
  /**
   * Runs once per item, concurrently, each on one thread of the pool, with feeds `[...shared, ...items[i]]`. The first `accumulated` fetches go to
   * `accumulator` at position `first + i`; the others are returned per item. On a failure or a cancellation the promise is rejected after
   * the running items have ended (`CANCELLED`; for a failing item the error has its `index`), and the accumulator must be thrown away.
   *
   * `ofClients` says which of an item's feeds have an axis in front, which the fetches all have then: neighbouring items are run together, at
   * most sixteen, whose tensors have the same shapes and whose other feeds are equal. Without it each item is run by itself.
   */
  computationRunMany(
    computation: NativeComputation,
    shared: readonly NativeTensor[],
    items: readonly (readonly NativeFeed[])[],
    accumulator: NativeAccumulator | null,
    accumulated: number,
    first: number,
    cancellation: NativeCancellation | null,
    ofClients: readonly boolean[] | null,
  ): Promise<NativeTensor[][]>;
  /** Closes to new runs at once; the session is freed when its last run has ended. */
  computationDispose(computation: NativeComputation): void;

  /** With `atOnce`, at least 1, items of `computationRunMany` begin so that no more of them are worked on, or wait for an earlier one. */
  accumulatorNew(reductions: readonly Reduction[], atOnce: number | null): NativeAccumulator;
  /** Adds tensors at a position from JavaScript; positions may come in any order and are combined in order. */
  accumulatorAdd(accumulator: NativeAccumulator, position: number, tensors: readonly NativeTensor[]): void;
  /** Takes the combined tensors out of the accumulator, which is empty afterwards; `FAILED_PRECONDITION` if a position is missing. */
  accumulatorTake(accumulator: NativeAccumulator, count: number): NativeTensor[];
  accumulatorDispose(accumulator: NativeAccumulator): void;

  cancellationNew(): NativeCancellation;
  cancellationCancel(cancellation: NativeCancellation): void;
}
