/** An aggregator used by itself: on values that are at hand, not computed by clients. */
import { typeError, ValueError } from '../errors.js';
import { ClientComputation, Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import type { Reduction } from '../native/binding.js';
import { Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, structureDifference, type Tree } from '../tree.js';
import { checkNumber, mustBe } from '../validate.js';
import type { Aggregator, AggregatorParts } from './aggregator.js';
import { freshEntropy, randomness } from './randomness.js';

/** What a round of aggregation gives. */
export interface AggregationOutput {
  readonly state: Tree<Tensor>;
  readonly result: Tree<Tensor>;
  readonly measurements: Tree<Tensor>;
}

export const specOf = (t: Tensor): TensorSpec => tensorSpec(t.shape, t.dtype) as TensorSpec;

/** One reduction per leaf of a contribution. */
export const reductionsOf = (sum: Tree<unknown>, stack: Tree<unknown>): Reduction[] => [
  ...flatten(sum).map((): Reduction => 'sum'),
  ...flatten(stack).map((): Reduction => 'stack'),
];

/** The spec of a seed. */
export const SEED = tensorSpec([2], 'int64') as TensorSpec;

/** @throws TypeError, ValueError for a state that another process made; `other` says what else that may have. */
export function checkState(expected: Tree<TensorSpec>, state: Tree<unknown>, other: string): void {
  const difference = structureDifference(expected, state);
  if (difference !== undefined)
    throw new ValueError(`\`state\` must be a state of this process, received one of another ${other}: ${difference}`);
  const leaves = flatten(state);
  flatten(expected).forEach((spec, i) => {
    const t = leaves[i];
    if (!(t instanceof Tensor)) throw typeError(`\`state\` must hold tensors, received ${String(t)} for ${spec}`);
    if (!spec.accepts(t.shape, t.dtype))
      throw new ValueError(`\`state\` must be a state of this process, received ${t} where it has ${spec}`);
  });
}

/** @throws ValueError for fewer clients than an aggregator is defined for */
export function checkClientCount(name: string, count: number, { minClients = 1 }: { readonly minClients?: number | undefined }): void {
  if (count < minClients)
    throw new ValueError(
      `\`${name}\` must be at least ${minClients === 1 ? 'one' : `${minClients} for this aggregator`}, received ${count === 0 ? 'none' : count}`,
    );
}

export class AggregationProcess {
  readonly #specs: Tree<TensorSpec>;
  readonly #parts: AggregatorParts;
  readonly #weighted: boolean;
  #round = 0;
  #stateSpecs: Tree<TensorSpec> | undefined;
  #compiled: { clients: ClientComputation; server: Computation; reductions: Reduction[] } | undefined;

  /** @internal */
  constructor(aggregator: Aggregator, specs: Tree<TensorSpec>) {
    this.#specs = specs;
    this.#parts = aggregator.parts(specs);
    this.#weighted = aggregator.weighted;
  }

  /** The state before the first round. */
  async initialize(): Promise<Tree<Tensor>> {
    return Computation.compile([], (_, graph) => this.#parts.initialize(graph)).run([]);
  }

  /**
   * Aggregates values; the state given is not changed.
   *
   * @param values One structure of tensors per client, at least one.
   * @param weights For a weighted aggregator, one number or scalar tensor per value, not negative; ones by default.
   * @throws ValueError for too few values, values that do not fit the specs, or a state of another aggregator.
   */
  async next(state: Tree<Tensor>, values: readonly Tree<Tensor>[], weights?: readonly (number | Tensor)[]): Promise<AggregationOutput> {
    if (!Array.isArray(values)) throw mustBe('values', 'a list with a value per client', values);
    checkClientCount('values', values.length, this.#parts);
    if (weights !== undefined && weights.length !== values.length)
      throw new ValueError(`\`weights\` must be ${values.length}, received ${weights.length}`);
    values.forEach((value, i) => this.#check(value, i));
    await this.#checkState(state);
    const { clients, server, reductions } = this.#compile(state);
    const entropy = freshEntropy();
    const seed = (position: number): Tensor => tensor(BigInt64Array.of(BigInt(this.#round), BigInt(position)));
    const items = values.map((value, i): Tree<Tensor> => [value, this.#weight(weights?.[i], i), seed(i + 1)]);
    const accumulator = clients.accumulator(reductions);
    try {
      await clients.runMany([...flatten(state), entropy], items, accumulator, 0, null);
      const combined = accumulator.take(items.length);
      const output = await server.run([state, combined, tensor(items.length, [], 'int32'), seed(0), entropy]);
      this.#round += 1;
      const [next, result, measurements] = output as unknown as [Tree<Tensor>, Tree<Tensor>, Tree<Tensor>];
      return { state: next, result, measurements };
    } finally {
      accumulator.dispose();
    }
  }

  async #checkState(state: Tree<Tensor>): Promise<void> {
    this.#stateSpecs ??= mapTree(await this.initialize(), specOf);
    checkState(this.#stateSpecs, state, 'aggregator');
  }

  #check(value: Tree<Tensor>, i: number): void {
    const difference = structureDifference(this.#specs, value);
    if (difference !== undefined) throw new ValueError(`\`values[${i}]\` must have the structure of the specs: ${difference}`);
    const leaves = flatten(value);
    flatten(this.#specs).forEach((spec, k) => {
      const t = leaves[k];
      if (!(t instanceof Tensor)) throw mustBe(`values[${i}]`, `a tensor ${spec}`, t);
      if (!spec.accepts(t.shape, t.dtype)) throw new ValueError(`\`values[${i}]\` must be ${spec}, received ${t}`);
    });
  }

  #weight(weight: number | Tensor | undefined, i: number): Tensor {
    if (!this.#weighted || weight === undefined) return tensor(1, [], 'float32');
    const value = weight instanceof Tensor ? Number(weight.data[0]) : weight;
    return tensor(checkNumber(`weights[${i}]`, value, { min: 0 }), [], 'float32');
  }

  #compile(state: Tree<Tensor>) {
    if (this.#compiled !== undefined) return this.#compiled;
    const stateSpecs = mapTree(state, specOf);
    let reductions: Reduction[] = [];
    const combinedSpecs: TensorSpec[] = [];
    let like: Tree<Output> = [];
    const clients = ClientComputation.compile([stateSpecs, SEED], [this.#specs, tensorSpec([]), SEED], (shared, item) => {
      const [own, entropy] = shared as [Tree<Output>, Output];
      const [value, weight, seed] = item as [Tree<Output>, Output, Output];
      const { sum, stack = [] } = this.#parts.client(own, value, weight, randomness(seed, entropy));
      reductions = reductionsOf(sum, stack);
      like = [sum, stack];
      combinedSpecs.push(
        ...flatten(like).map(
          (o, i) => tensorSpec(reductions[i] === 'stack' ? [null, ...(o.shape ?? [])] : (o.shape ?? []), o.dtype) as TensorSpec,
        ),
      );
      return { combined: like, returned: [] };
    });
    let next = 0;
    const specs = mapTree(like, () => combinedSpecs[next++] as TensorSpec);
    const server = Computation.compile([stateSpecs, specs, tensorSpec([], 'int32'), SEED, SEED], (inputs) => {
      const [s, [sum, stack], count, seed, entropy] = inputs as [Tree<Output>, [Tree<Output>, Tree<Output>], Output, Output, Output];
      const step = this.#parts.server(s, { sum, stack, count, random: randomness(seed, entropy) });
      return [step.state, step.result, step.measurements];
    });
    this.#compiled = { clients, server, reductions };
    return this.#compiled;
  }
}
