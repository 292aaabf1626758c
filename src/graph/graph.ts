/** Graphs of TensorFlow ops: what graph functions write to. */
import type { DType, NumericDType } from '../dtype.js';
import { TensorFlowError, ValueError } from '../errors.js';
import type { AttributeValue, Endpoint, NativeFunction, NativeGraph } from '../native/binding.js';
import { binding } from '../native/loader.js';
import { type Tensor, type TensorData, tensor } from '../tensor.js';
import type { Shape } from '../tensor-spec.js';
import { exact } from './exact-json.js';
import { fingerprint } from './fingerprint.js';
import { typeName, typeNumber } from './graph-type.js';
import { halfKernel } from './half-kernels.js';
import { nativeCall } from './native-call.js';
import { widened } from './widened.js';

/** One output of an operation: a symbolic tensor, with what TensorFlow's shape inference knows of it. */
export class Output {
  readonly graph: Graph;
  readonly operation: Operation;
  readonly index: number;
  readonly dtype: DType;
  /** `null` where not even the rank is known. */
  readonly shape: Shape | null;
  /** For a client's tensors that are read where they are: `int64`, for each client the address and the shape, which may have more axes. */
  readonly places: Output | undefined;
  #ofClients: Output | undefined;

  /** @internal */
  constructor(
    graph: Graph,
    operation: Operation,
    index: number,
    dtype: DType,
    shape: Shape | null,
    { ofClients, places }: { readonly ofClients?: Output; readonly places?: Output | undefined } = {},
  ) {
    this.graph = graph;
    this.operation = operation;
    this.index = index;
    this.dtype = dtype;
    this.shape = shape;
    this.places = places;
    this.#ofClients = ofClients;
  }

  /** Whether each of several clients has a value of its own. Whoever builds a graph need not know: the shape is that of one client's value. */
  get isOfClients(): boolean {
    return this.#ofClients !== undefined || this.places !== undefined;
  }

  /** The values of all clients, with an axis of clients in front, where each has its own; put together for whoever asks. */
  get ofClients(): Output | undefined {
    if (this.#ofClients === undefined && this.places !== undefined) this.#ofClients = together(this, this.places);
    return this.#ofClients;
  }

  /** The number of axes. @throws ValueError where it is not known. */
  get rank(): number {
    if (this.shape === null) throw new ValueError(`the rank of ${this} is not known`);
    return this.shape.length;
  }

  /** @internal */
  get endpoint(): Endpoint {
    return this.ofClients?.endpoint ?? this.operation.id * 65536 + this.index;
  }

  /** What tells it apart from the graph's other outputs; nothing is put together for it. @internal */
  get key(): number {
    return this.places?.endpoint ?? this.endpoint;
  }

  toString(): string {
    const shape = this.shape === null ? '?' : this.shape.map((s) => s ?? 'null').join(', ');
    return `${this.operation.name}:${this.index} ${this.dtype}[${shape}]`;
  }
}

/** An op in a graph, kept so that gradients can walk back from its outputs. */
export interface Operation {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  /** The inputs as they were given; a list input is an array. */
  readonly arguments: readonly OpInput[];
  /** All inputs in order, those of list inputs one after another. */
  readonly inputs: readonly Output[];
  /** What the op of ours reads that stands for it, where that is something else. */
  readonly reads?: readonly Output[];
  readonly outputs: readonly Output[];
  readonly attributes: Attributes;
  /** The value of a `Const`. */
  readonly constant?: Tensor;
}

/** A function in a graph's library, which ops name in their attributes; needs the functions that its own ops name. */
export interface GraphFunction {
  readonly name: string;
  readonly native: NativeFunction;
  readonly uses: ReadonlySet<GraphFunction>;
  /** Of what it computes, in a graph with fingerprints. */
  readonly fingerprint: string | undefined;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;
export type OpInput = Output | readonly Output[];

/** An op of which some inputs have a value for each client. */
export interface ClientsOp {
  readonly graph: Graph;
  readonly type: string;
  /** One client's: see {@link Output.ofClients}. */
  readonly inputs: readonly OpInput[];
  readonly attributes: Attributes;
}

/**
 * Adds what an op is for several clients at once, new ops in any case, and returns its outputs: an axis of clients is in front, or it says where
 * clients' values are, or they are the same for all of them and `shared`.
 */
export type ClientsRule = (op: ClientsOp) => { readonly outputs: readonly Output[]; readonly shared?: boolean };
export type ClientsRules = Readonly<Record<string, ClientsRule>>;

/** How an op's gradient is made where neither libtensorflow nor our table of rules should be asked: see `customGradient`. */
export interface Composite {
  readonly inputs: readonly Output[];
  readonly outputs: readonly Output[];
  /** Gradients of the inputs from those of the outputs (`null` where an output is not used). */
  readonly gradient: (dys: readonly (Output | null)[]) => readonly (Output | null)[];
  /** The first and the last operation that it is made of. */
  readonly first: number;
  readonly last: number;
}

/**
 * A graph under construction.
 *
 * A graph with a parent is the body of a function (of a loop, for example): an op there may use outputs of the parent, which are
 * captured as additional inputs of the function; constants are repeated instead.
 */
export class Graph {
  readonly parent: Graph | null;
  readonly depth: number;
  /** Whether only libtensorflow's own ops may be used. */
  readonly portable: boolean;
  /** Whether its functions have fingerprints. */
  readonly fingerprinted: boolean;
  /** What ops are for several clients at once, in a graph that may hold such. */
  readonly clientsRules: ClientsRules | undefined;
  readonly operations: Operation[] = [];
  readonly composites: Composite[] = [];
  /** Outputs of enclosing graphs, and the placeholders that stand for them here. */
  readonly captures = new Map<Output, Output>();
  readonly functions = new Set<GraphFunction>();
  /** The types of all operations, those of its functions' bodies among them. */
  readonly types: Set<string>;
  readonly #native: NativeGraph;
  readonly #constants = new Map<string, Output>();
  /** Constants of enclosing graphs, and tensors that are read where they are; and what stands for them here. */
  readonly #repeated = new Map<Output, Output>();
  readonly #names = new Map<string, number>();
  #scope = '';
  #device = '';
  /** What all ops run after that are added. */
  #after: readonly Operation[] = [];
  #clients: Output | undefined;

  /**
   * @param options `portable`: whether the graph leaves the process, to where ops of our own are not known. `fingerprinted`: whether its
   *   functions have fingerprints. `clientsRules`: for a graph in which each of several clients may have values of its own. A function's body
   *   is as its parent.
   */
  constructor(
    parent: Graph | null = null,
    {
      portable = parent?.portable ?? false,
      fingerprinted = parent?.fingerprinted ?? false,
      clientsRules = parent?.clientsRules,
    }: { readonly portable?: boolean; readonly fingerprinted?: boolean; readonly clientsRules?: ClientsRules | undefined } = {},
  ) {
    this.parent = parent;
    this.portable = portable;
    this.fingerprinted = fingerprinted;
    this.clientsRules = clientsRules;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.types = parent === null ? new Set() : parent.types;
    this.#device = parent === null ? '' : parent.#device;
    this.#native = binding().graphNew();
  }

  /** @internal */
  get native(): NativeGraph {
    return this.#native;
  }

  /** Names of operations added by `fn` begin with `scope/`: TensorFlow's messages then say which layer failed. */
  withScope<T>(scope: string, fn: () => T): T {
    const outer = this.#scope;
    const safe = scope.replace(/[^A-Za-z0-9_./-]/g, '_');
    // TensorFlow's names begin with a letter, a digit or a dot.
    this.#scope = `${outer}${/^[A-Za-z0-9.]/.test(safe) ? safe : `.${safe}`}/`;
    try {
      return fn();
    } finally {
      this.#scope = outer;
    }
  }

  /** Operations added by `fn` are placed on `device`, for example `/device:GPU:0`. */
  withDevice<T>(device: string, fn: () => T): T {
    const outer = this.#device;
    this.#device = device;
    try {
      return fn();
    } finally {
      this.#device = outer;
    }
  }

  /**
   * Adds any op by name and returns all its outputs.
   *
   * @param inputs In the op's order; a list input is an array.
   * @param attributes By name; types are numbers (`dtypeNumber`), shapes `{ shape }`, functions their names. TensorFlow infers those that follow from the inputs.
   * @param options `constant`: the value of a `Const`; `after`: operations of this graph that run before it, though it takes nothing of them.
   * @throws TensorFlowError (`INVALID_ARGUMENT`) for an unknown op or attribute, or inputs that do not fit; ValueError for a shape beyond all numbers.
   */
  op(
    type: string,
    inputs: readonly OpInput[],
    attributes: Attributes = {},
    { constant, after = [] }: { readonly constant?: Tensor; readonly after?: readonly Operation[] } = {},
  ): Output[] {
    const own = inputs.map((input) => (input instanceof Output ? this.own(input) : input.map((o) => this.own(o))));
    if (own.flat().some((input) => input.isOfClients)) {
      const rule = this.clientsRules?.[type];
      if (rule === undefined) throw new NotOfClientsError(type);
      const outer = this.#after;
      this.#after = [...outer, ...after];
      try {
        return this.ofClients(type, own, attributes, () => rule({ graph: this, type, inputs: own, attributes }));
      } finally {
        this.#after = outer;
      }
    }
    const wide = widened(this, type, own, attributes, { after });
    if (wide !== null) return wide;
    checkShapes(type, attributes);
    const name = this.#uniqueName(type);
    const kernel = halfKernel(this, type, own, attributes);
    const encoded = (kernel?.inputs ?? own).map((input) => (input instanceof Output ? input.endpoint : input.map((o) => o.endpoint)));
    const result = nativeCall(() =>
      binding().graphAddOperation(
        this.#native,
        kernel?.type ?? type,
        name,
        encoded,
        kernel === null ? attributes : (kernel.attributes ?? {}),
        [...after, ...this.#after].map((o) => o.id),
        this.#device,
        kernel?.shape?.map((size) => size ?? -1),
      ),
    );
    const outputs: Output[] = [];
    const operation: Operation = {
      id: result.op,
      type,
      name,
      arguments: own,
      inputs: own.flat(),
      outputs,
      attributes,
      ...(constant === undefined ? {} : { constant }),
      ...(kernel?.inputs === undefined ? {} : { reads: kernel.inputs }),
    };
    result.dtypes.forEach((dtype, i) => outputs.push(this.#output(operation, i, dtype, result.shapes[i] ?? null)));
    this.operations[result.op] = operation;
    this.types.add(type);
    return outputs;
  }

  /** How many clients there are, an `int32` vector of one. */
  get clients(): Output {
    if (this.#clients === undefined && this.parent !== null) this.#clients = this.own(this.parent.clients);
    if (this.#clients === undefined) throw new ValueError('a graph of one client has no number of clients');
    return this.#clients;
  }

  set clients(count: Output) {
    this.#clients = count;
  }

  /**
   * An op for several clients at once, recorded as that of one of them: what it is made of is nobody's business.
   *
   * @param make Adds the ops, at least one: its last one stands for the whole.
   */
  ofClients(type: string, inputs: readonly OpInput[], attributes: Attributes, make: () => ReturnType<ClientsRule>): Output[] {
    const first = this.operations.length;
    const { outputs: made, shared = false } = make();
    const last = this.operations.at(-1) as Operation;
    for (let id = first; id < this.operations.length; id++) {
      // Constants and captures may have other uses.
      if ((this.operations[id] as Operation).inputs.length > 0) delete this.operations[id];
    }
    const outputs: Output[] = [];
    const operation: Operation = { ...last, type, arguments: inputs, inputs: inputs.flat(), outputs, attributes };
    made.forEach((o, i) =>
      outputs.push(
        shared || o.places !== undefined
          ? new Output(this, operation, o.index, o.dtype, o.shape, { places: o.places })
          : ofOneClient(operation, i, o),
      ),
    );
    this.operations[last.id] = operation;
    return outputs;
  }

  /** A constant; equal small constants are one operation. */
  constant(value: TensorData | Tensor, dtype: DType = 'float32', shape?: readonly number[]): Output {
    const key =
      typeof value === 'object' && (ArrayBuffer.isView(value) || 'dtype' in value)
        ? null
        : `${dtype}|${shape ?? ''}|${JSON.stringify(value, exact)}`;
    const known = key === null ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    if (key !== null && (dtype === 'float16' || dtype === 'bfloat16')) {
      // JavaScript has no numbers of these types: TensorFlow rounds them.
      const [rounded] = this.op('Cast', [this.constant(value, 'float32', shape)], { DstT: typeNumber(dtype) }) as [Output];
      this.#constants.set(key, rounded);
      return rounded;
    }
    const t = typeof value === 'object' && 'dtype' in value ? (value as Tensor) : tensor(value as TensorData, shape, dtype as NumericDType);
    const [output] = this.op('Const', [], { value: t.native, dtype: typeNumber(t.dtype) }, { constant: t }) as [Output];
    if (key !== null) this.#constants.set(key, output);
    return output;
  }

  /** An input of the graph, of which each of several clients may have its own. */
  placeholder(spec: { readonly shape: Shape; readonly dtype: DType }, name = 'Placeholder', isOfClients = false): Output {
    const sizes = spec.shape.map((s) => s ?? -1);
    const shape = { shape: isOfClients ? [-1, ...sizes] : sizes };
    const [output] = this.withScope(name, () => this.op('Placeholder', [], { dtype: typeNumber(spec.dtype), shape })) as [Output];
    return isOfClients ? ofOneClient(output.operation, 0, output) : output;
  }

  /** An input of which each of several clients has its own, read where it is: {@link Output.places} is fed. */
  clientsInput(spec: { readonly shape: Shape; readonly dtype: DType }): Output {
    return atPlaces(this.placeholder({ shape: [null, spec.shape.length + 1], dtype: 'int64' }), spec);
  }

  /** The output itself if it is of this graph, else what stands for it here. @throws ValueError for an output of an unrelated graph. */
  own(output: Output): Output {
    if (output.graph === this) return output;
    const known = this.captures.get(output) ?? this.#repeated.get(output);
    if (known !== undefined) return known;
    for (let g = this.parent; g !== output.graph; g = g.parent) {
      if (g === null) throw new ValueError(`${output} belongs to another graph`);
    }
    if (output.operation.constant !== undefined) {
      const repeated = this.constant(output.operation.constant);
      this.#repeated.set(output, repeated);
      return repeated;
    }
    if (output.places !== undefined) {
      const here = atPlaces(this.own(output.places), output);
      this.#repeated.set(output, here);
      return here;
    }
    const direct = output.graph === this.parent ? output : (this.parent as Graph).own(output);
    const { shape, dtype } = output;
    if (shape === null) throw new TensorFlowError('UNIMPLEMENTED', `${output} cannot be used in a function: its rank is not known`);
    const placeholder = this.placeholder({ shape, dtype }, 'capture', output.isOfClients);
    this.captures.set(output, placeholder);
    if (direct !== output) this.captures.set(direct, placeholder);
    return placeholder;
  }

  /** The function with the given inputs and outputs, all of this graph; the graph is not needed any more afterwards. */
  toFunction(name: string, inputs: readonly Output[], outputs: readonly Output[]): GraphFunction {
    const native = nativeCall(() =>
      binding().graphToFunction(
        this.#native,
        name,
        inputs.map((o) => o.endpoint),
        outputs.map((o) => o.endpoint),
        null,
      ),
    );
    return { name, native, uses: this.functions, fingerprint: this.fingerprinted ? fingerprint(this, inputs, outputs) : undefined };
  }

  /** Puts a function and those it uses into the graph's library, so that ops can name it. */
  use(fn: GraphFunction): void {
    if (this.functions.has(fn)) return;
    for (const inner of fn.uses) this.use(inner);
    nativeCall(() => binding().graphCopyFunction(this.#native, fn.native));
    this.functions.add(fn);
  }

  /** Gradients of `Σ ys · dys` with respect to `xs` by libtensorflow's own rules; `null` where there is none. */
  addGradients(ys: readonly Output[], xs: readonly Output[], dys: readonly Output[]): (Output | null)[] {
    if ([...ys, ...xs, ...dys].some((o) => o.isOfClients)) throw new NotOfClientsError('TF_AddGradients');
    const encode = (outputs: readonly Output[]): number[] => outputs.map((o) => this.own(o).endpoint);
    const results = nativeCall(() => binding().graphAddGradients(this.#native, encode(ys), encode(xs), encode(dys)));
    return results.map(({ endpoint, dtype, shape }) => {
      if (endpoint < 0) return null;
      const id = Math.floor(endpoint / 65536);
      const operation: Operation = this.operations[id] ?? {
        id,
        type: 'gradient',
        name: `gradient_${id}`,
        arguments: [],
        inputs: [],
        outputs: [],
        attributes: {},
      };
      return this.#output(operation, endpoint % 65536, dtype, shape);
    });
  }

  /** The graph with its functions as a serialized `GraphDef`. */
  toProto(): Uint8Array {
    return new Uint8Array(nativeCall(() => binding().graphToProto(this.#native)));
  }

  /** Frees the native graph; what was made from it lives on. */
  dispose(): void {
    binding().graphDispose(this.#native);
  }

  #output(operation: Operation, index: number, dtype: number, shape: readonly number[] | null): Output {
    return new Output(this, operation, index, typeName(dtype), shape === null ? null : shape.map((s) => (s < 0 ? null : s)));
  }

  #uniqueName(type: string): string {
    const base = `${this.#scope}${type}`;
    const count = this.#names.get(base) ?? 0;
    this.#names.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}

/** One client's value, where there is one for each. */
export const ofOneClient = (operation: Operation, index: number, all: Output): Output =>
  new Output(all.graph, operation, index, all.dtype, all.shape?.slice(1) ?? null, { ofClients: all });

/** One client's tensor that is read where it is. */
export const atPlaces = (places: Output, { dtype, shape }: { readonly dtype: DType; readonly shape: Shape | null }): Output =>
  new Output(places.graph, places.operation, places.index, dtype, shape, { places });

/** Clients' tensors beside each other, copied. */
function together(x: Output, places: Output): Output {
  const { graph, dtype, shape } = x;
  const [begin, end] = [0, 2 ** 31 - 1].map((row) => graph.constant([row], 'int32', [1, 1])) as [Output, Output];
  const rows = graph.op('FedkerasRowsOfClients', [places, begin, end], { T: typeNumber(dtype) }) as [Output];
  const sizes = (shape as Shape).map((size) => size ?? -1);
  if (!isFlat(x)) return graph.op('EnsureShape', rows, { shape: { shape: [-1, ...sizes] } })[0] as Output;
  const whole = graph.op('ConcatV2', [[graph.clients, graph.constant([-1, ...sizes.slice(1)], 'int32')], graph.constant(0, 'int32')]);
  return graph.op('Reshape', [...rows, ...whole])[0] as Output;
}

/** Whether what is at the places has more axes, of which `x` has the first and all others as one. */
export const isFlat = (x: Output): boolean => x.places?.shape?.[1] !== x.rank + 1;

/** An op is not known to have a form for several clients at once. */
export class NotOfClientsError extends Error {
  constructor(type: string) {
    super(`${type} has no form for several clients`);
  }
}

/** libtensorflow ends the process at a shape of too many elements to count. */
function checkShapes(type: string, attributes: Attributes): void {
  for (const value of Object.values(attributes).flat()) {
    if (typeof value !== 'object' || !('shape' in value) || value.shape === null) continue;
    const elements = value.shape.reduce((n, size) => n * Math.max(size, 1), 1);
    if (!Number.isSafeInteger(elements)) throw new ValueError(`the shape [${value.shape.join(', ')}] of a ${type} has too many elements`);
  }
}

/** The innermost graph among the outputs': where an op with these inputs belongs. */
export function graphOf(outputs: readonly (Output | unknown)[]): Graph {
  let graph: Graph | null = null;
  for (const output of outputs.flat()) {
    if (output instanceof Output && (graph === null || output.graph.depth > graph.depth)) graph = output.graph;
  }
  if (graph === null) throw new ValueError('at least one of the inputs must be an output of a graph');
  return graph;
}
