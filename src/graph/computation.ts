/** Computations: graph functions, compiled once and run as often as needed, off the JavaScript thread. */
import { dtypeBytes } from '../dtype.js';
import { DisposedError, TensorFlowError, ValueError } from '../errors.js';
import type { NativeAccumulator, NativeCancellation, NativeComputation, Reduction } from '../native/binding.js';
import { binding, device } from '../native/loader.js';
import { fromNative, sizeOf, type Tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { mustBe } from '../validate.js';
import { CLIENTS_RULES } from './clients-rules/index.js';
import { ofEach } from './clients-rules/rule.js';
import { executorFor, isSmall } from './executor.js';
import { fingerprint, usedInputs } from './fingerprint.js';
import { Graph, NotOfClientsError, type Output } from './graph.js';
import { nativeCall, nativeRun } from './native-call.js';
import { shapeOf, sliceAxis } from './ops/array.js';
import { identity } from './ops/math.js';
import { hasOwnOps } from './own-ops.js';
import { sessionConfig } from './session-config.js';

/** From a tree of inputs to a tree of outputs of one graph. */
export type GraphFunctionBuilder = (inputs: Tree<Output>, graph: Graph) => Tree<Output>;

/** A compiled graph: owns a TensorFlow session. */
class Compiled {
  readonly native: NativeComputation;
  #disposed = false;

  constructor(graph: Graph, feeds: readonly Output[], fetches: readonly Output[]) {
    // libtensorflow refuses to fetch an endpoint twice, or one that is fed.
    const seen = new Set(feeds.map((o) => o.endpoint));
    const distinct = fetches.map((o) => {
      const output = graph.own(o);
      const fetch = seen.has(output.endpoint) ? identity(output) : output;
      seen.add(fetch.endpoint);
      return fetch;
    });
    this.native = nativeCall(() =>
      binding().computationNew(
        graph.native,
        feeds.map((o) => o.endpoint),
        distinct.map((o) => o.endpoint),
        device() === 'gpu' ? [gpuProbe(graph)] : [],
        sessionConfig(device(), executorFor(graph, feeds)),
      ),
    );
    graph.dispose();
  }

  checked(): NativeComputation {
    if (this.#disposed) throw new DisposedError('the computation has been disposed');
    return this.native;
  }

  dispose(): void {
    if (!this.#disposed) binding().computationDispose(this.native);
    this.#disposed = true;
  }
}

/** An operation that runs on a GPU or not at all. */
function gpuProbe(graph: Graph): number {
  graph.withDevice('/device:GPU:0', () => graph.op('NoOp', []));
  return (graph.operations.at(-1) as { readonly id: number }).id;
}

function build(
  specs: Tree<TensorSpec>,
  fn: GraphFunctionBuilder,
  graph = new Graph(),
): { graph: Graph; feeds: Output[]; result: Tree<Output> } {
  const feeds = flatten(specs).map((spec) => graph.placeholder(spec));
  return { graph, feeds, result: fn(unflatten(specs, feeds), graph) };
}

function checkFeeds(flatSpecs: readonly TensorSpec[], inputs: Tree<Tensor>): Tensor[] {
  const tensors = flatten(inputs);
  if (tensors.length !== flatSpecs.length)
    throw new ValueError(`\`inputs\` must be ${flatSpecs.length} tensors, received ${tensors.length}`);
  tensors.forEach((t, i) => {
    const spec = flatSpecs[i] as TensorSpec;
    if (!spec.accepts(t.shape, t.dtype)) throw mustBe(`inputs[${i}]`, `a tensor ${spec}`, String(t));
  });
  return tensors;
}

/** A compiled graph function of tensors. */
export class Computation<O extends Tree<Tensor> = Tree<Tensor>> {
  readonly #flatSpecs: readonly TensorSpec[];
  readonly #compiled: Compiled;
  readonly #like: Tree<Output>;
  readonly #count: number;

  private constructor(specs: Tree<TensorSpec>, compiled: Compiled, like: Tree<Output>) {
    this.#count = flatten(like).length;
    this.#flatSpecs = flatten(specs);
    this.#compiled = compiled;
    this.#like = like;
  }

  /** Builds the graph of `fn` for inputs of the given specs and makes it ready to run. */
  static compile<O extends Tree<Tensor> = Tree<Tensor>>(specs: Tree<TensorSpec>, fn: GraphFunctionBuilder): Computation<O> {
    const { graph, feeds, result } = build(specs, fn);
    return new Computation(specs, new Compiled(graph, feeds, flatten(result)), result);
  }

  /**
   * Runs the computation.
   *
   * @throws ValueError or TypeError for inputs that do not fit the specs, TensorFlowError for a failure while running.
   */
  async run(inputs: Tree<Tensor>): Promise<O> {
    const feeds = checkFeeds(this.#flatSpecs, inputs).map((t) => t.native);
    // libtensorflow refuses to run nothing: the empty state of an aggregator, for example.
    if (this.#count === 0) return unflatten(this.#like, []) as O;
    const fetched = await nativeRun(binding().computationRun(this.#compiled.checked(), feeds));
    return unflatten(this.#like, fetched.map(fromNative)) as O;
  }

  dispose(): void {
    this.#compiled.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Which of a run's items an error is about, if it is about one. */
export const failedItem = (error: unknown): number | undefined =>
  ((error as Error | undefined)?.cause as { readonly index?: number } | undefined)?.index;

/** What a per-client graph function returns: values to combine over the clients, and values to hand back for each. */
export interface ClientOutputs {
  readonly combined: Tree<Output>;
  readonly returned: Tree<Output>;
}

/** Sums (or stacks) of the clients' values, in client order however the clients finish. */
export class Accumulator {
  readonly #native: NativeAccumulator;
  readonly #like: Tree<unknown>;

  /** @internal */
  constructor(native: NativeAccumulator, like: Tree<unknown>) {
    this.#native = native;
    this.#like = like;
  }

  get native(): NativeAccumulator {
    return this.#native;
  }

  /** Adds a client's combined values that were computed elsewhere. */
  add(position: number, tensors: readonly Tensor[]): void {
    nativeCall(() =>
      binding().accumulatorAdd(
        this.#native,
        position,
        tensors.map((t) => t.native),
      ),
    );
  }

  /** Takes the combined values out of it; `count` is the number of clients. */
  take(count: number): Tree<Tensor> {
    return unflatten(this.#like, nativeCall(() => binding().accumulatorTake(this.#native, count)).map(fromNative));
  }

  dispose(): void {
    binding().accumulatorDispose(this.#native);
  }
}

/** What a client's graph function is, for those who have it computed elsewhere. */
export interface ClientSignature {
  /** Equal where the same is computed. */
  readonly fingerprint: string;
  /** Which of the shared inputs are used. */
  readonly used: readonly boolean[];
  readonly outputs: ClientOutputs;
}

/** A graph function of a client, from inputs that all clients share and inputs of its own. */
export type ClientFunctionBuilder = (shared: Tree<Output>, item: Tree<Output>, graph: Graph) => ClientOutputs;

/** Builds the graph of a client's function without making it ready to run. */
export function signatureOf(shared: Tree<TensorSpec>, item: Tree<TensorSpec>, fn: ClientFunctionBuilder): ClientSignature {
  const { graph, feeds, outputs } = buildClient(shared, item, fn, new Graph(null, { fingerprinted: true }));
  const fetches = [...flatten(outputs.combined), ...flatten(outputs.returned)].map((o) => graph.own(o));
  const signature = {
    fingerprint: fingerprint(graph, feeds, fetches),
    used: usedInputs(graph, feeds.slice(0, flatten(shared).length), fetches),
    outputs,
  };
  graph.dispose();
  return signature;
}

function buildClient(
  shared: Tree<TensorSpec>,
  item: Tree<TensorSpec>,
  fn: ClientFunctionBuilder,
  graph = new Graph(),
  ofClients: readonly boolean[] = [],
) {
  const sharedInputs = flatten(shared).map((spec) => graph.placeholder(spec));
  const itemInputs = flatten(item).map((spec, i) => (ofClients[i] ? graph.clientsInput(spec) : graph.placeholder(spec)));
  const some = itemInputs[ofClients.indexOf(true)]?.places;
  if (some !== undefined) graph.clients = sliceAxis(shapeOf(some), 0, 0, 1);
  const outputs = fn(unflatten(shared, sharedInputs), unflatten(item, itemInputs), graph);
  return { graph, feeds: [...sharedInputs, ...itemInputs], outputs };
}

const fetchesOf = ({ combined, returned }: ClientOutputs): Output[] => [...flatten(combined), ...flatten(returned)];

const bytesOf = ({ shape, dtype }: Output): number =>
  shape?.every((size) => size !== null) === true ? sizeOf(shape as readonly number[]) * dtypeBytes(dtype) : 0;

/** The graph of several clients at once, where a small model's ops all have such a form: what they cost besides their arithmetic is shared. */
function buildTogether(shared: Tree<TensorSpec>, item: Tree<TensorSpec>, fn: ClientFunctionBuilder, alike: readonly TensorSpec[]) {
  const ofClients = flatten(item).map((spec) => !alike.includes(spec));
  const specs = [...flatten(shared), ...flatten(item)];
  const isPossible = ofClients.includes(true) && isSmall(specs) && flatten(item).every(({ dtype }) => dtype !== 'string');
  if (!isPossible) return undefined;
  const graph = new Graph(null, { clientsRules: CLIENTS_RULES });
  try {
    if (hasOwnOps(graph)) {
      const { feeds, outputs } = buildClient(shared, item, fn, graph, ofClients);
      const fetches = fetchesOf(outputs).map((o) => ofEach(graph.own(o)));
      if (executorFor(graph, feeds) === 'single-threaded')
        return { graph, feeds: feeds.map((o) => o.places ?? o), fetches, outputs, ofClients };
    }
  } catch (error) {
    if (!(error instanceof NotOfClientsError)) throw error;
  }
  graph.dispose();
  return undefined;
}

/** A compiled graph function that is run once per client, with inputs that all clients share and inputs of their own. */
export class ClientComputation {
  readonly #sharedSpecs: readonly TensorSpec[];
  readonly #itemSpecs: readonly TensorSpec[];
  readonly #compiled: Compiled;
  readonly #outputs: ClientOutputs;
  readonly #combinedCount: number;
  readonly #resultBytes: number;

  /** Which of an item's inputs are read where they are, where several items are computed at once. */
  readonly #ofClients: readonly boolean[] | null;

  private constructor(
    shared: Tree<TensorSpec>,
    item: Tree<TensorSpec>,
    compiled: Compiled,
    outputs: ClientOutputs,
    ofClients: readonly boolean[] | null,
  ) {
    this.#sharedSpecs = flatten(shared);
    this.#itemSpecs = flatten(item);
    this.#compiled = compiled;
    this.#outputs = outputs;
    this.#combinedCount = flatten(outputs.combined).length;
    this.#ofClients = ofClients;
    this.#resultBytes = fetchesOf(outputs).reduce((bytes, o) => bytes + bytesOf(o), 0);
  }

  /** @param alike Specs of the item's inputs that are equal for clients which are computed together. */
  static compile(
    shared: Tree<TensorSpec>,
    item: Tree<TensorSpec>,
    fn: ClientFunctionBuilder,
    alike: readonly TensorSpec[] = [],
  ): ClientComputation {
    const together = buildTogether(shared, item, fn, alike);
    if (together !== undefined) {
      const { graph, feeds, fetches, outputs, ofClients } = together;
      return new ClientComputation(shared, item, new Compiled(graph, feeds, fetches), outputs, ofClients);
    }
    const { graph, feeds, outputs } = buildClient(shared, item, fn);
    return new ClientComputation(shared, item, new Compiled(graph, feeds, fetchesOf(outputs)), outputs, null);
  }

  /** Whether clients with data of the same shapes are computed at once. */
  get isTogether(): boolean {
    return this.#ofClients !== null;
  }

  /** The memory that a client's results take, as far as their sizes are known. */
  get resultBytes(): number {
    return this.#resultBytes;
  }

  /**
   * An empty accumulator for this computation's combined values; `reductions` has one entry per value, `sum` by default.
   *
   * @param atOnce Clients that may run or have results that wait for an earlier client's; as many as there are threads by default, however many wait.
   */
  accumulator(reductions?: readonly Reduction[], atOnce: number | null = null): Accumulator {
    const kinds = reductions ?? Array.from({ length: this.#combinedCount }, (): Reduction => 'sum');
    return new Accumulator(
      nativeCall(() => binding().accumulatorNew(kinds, atOnce)),
      this.#outputs.combined,
    );
  }

  /**
   * Runs the clients `first, first + 1, …` concurrently; their combined values go to the accumulator, the others are returned per client.
   *
   * @param positions Where they are in the list that the user gave, for messages.
   * @param areUsedOnce Whether each client's tensors are not expected to be used again: what is in JavaScript's memory is not put elsewhere then.
   * @throws What the first failing client threw (see {@link failedItem}); the accumulator is then to be disposed.
   */
  async runMany(
    shared: readonly Tensor[],
    items: readonly Tree<Tensor>[],
    accumulator: Accumulator,
    first: number,
    cancellation: NativeCancellation | null,
    positions: readonly number[] = items.map((_, i) => first + i),
    areUsedOnce: readonly boolean[] = [],
  ): Promise<Tree<Tensor>[]> {
    const sharedFeeds = checkFeeds(this.#sharedSpecs, shared).map((t) => t.native);
    const itemFeeds = items.map((item, i) => checkFeeds(this.#itemSpecs, item).map((t) => t.feed(areUsedOnce[i] === true)));
    const running = binding().computationRunMany(
      this.#compiled.checked(),
      sharedFeeds,
      itemFeeds,
      accumulator.native,
      this.#combinedCount,
      first,
      cancellation,
      this.#ofClients,
    );
    const results = await nativeRun(running).catch((error: unknown) => {
      const index = failedItem(error);
      if (index === undefined || !(error instanceof TensorFlowError)) throw error;
      throw new TensorFlowError(error.code, `clients[${positions[index]}]: ${error.message}`, { cause: error.cause });
    });
    // Clients that return nothing share it: a round may have a hundred thousand of them.
    const nothing = results[0]?.length === 0 ? unflatten<Tensor>(this.#outputs.returned, []) : undefined;
    return results.map((tensors) => nothing ?? unflatten(this.#outputs.returned, tensors.map(fromNative)));
  }

  dispose(): void {
    this.#compiled.dispose();
  }
}
