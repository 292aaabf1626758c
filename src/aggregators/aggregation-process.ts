/** An aggregator used by itself: on values that are at hand, not computed by clients. */
import { ValueError } from '../errors.js';
import { ClientComputation, Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import type { Reduction } from '../native/binding.js';
import { Tensor, tensor } from '../tensor.js';
import { type TensorSpec, tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, structureDifference, type Tree } from '../tree.js';
import { checkNumber, mustBe } from '../validate.js';
import type { Aggregator, AggregatorParts } from './aggregator.js';

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

export class AggregationProcess {
  readonly #specs: Tree<TensorSpec>;
  readonly #parts: AggregatorParts;
  readonly #weighted: boolean;
  #round = 0;
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
   * @param weights For a weighted aggregator, one number or scalar tensor per value; ones by default.
   * @throws ValueError for no values, or values that do not fit the specs.
   */
  async next(state: Tree<Tensor>, values: readonly Tree<Tensor>[], weights?: readonly (number | Tensor)[]): Promise<AggregationOutput> {
    if (!Array.isArray(values)) throw mustBe('values', 'a list with a value per client', values);
    if (values.length === 0) throw new ValueError('`values` must be at least one, received none');
    if (weights !== undefined && weights.length !== values.length)
      throw new ValueError(`\`weights\` must be ${values.length}, received ${weights.length}`);
    values.forEach((value, i) => this.#check(value, i));
    const { clients, server, reductions } = this.#compile(state);
    const seed = (position: number): Tensor => tensor(BigInt64Array.of(BigInt(this.#round), BigInt(position)));
    const items = values.map((value, i): Tree<Tensor> => [value, this.#weight(weights?.[i], i), seed(i + 1)]);
    const accumulator = clients.accumulator(reductions);
    try {
      await clients.runMany(flatten(state), items, accumulator, 0, null);
      const combined = accumulator.take(items.length);
      const output = await server.run([state, combined, tensor(items.length, [], 'int32'), seed(0)]);
      this.#round += 1;
      const [next, result, measurements] = output as unknown as [Tree<Tensor>, Tree<Tensor>, Tree<Tensor>];
      return { state: next, result, measurements };
    } finally {
      accumulator.dispose();
    }
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
    return tensor(checkNumber(`weights[${i}]`, value), [], 'float32');
  }

  #compile(state: Tree<Tensor>) {
    if (this.#compiled !== undefined) return this.#compiled;
    const stateSpecs = mapTree(state, specOf);
    let reductions: Reduction[] = [];
    const combinedSpecs: TensorSpec[] = [];
    let like: Tree<Output> = [];
    const clients = ClientComputation.compile(stateSpecs, [this.#specs, tensorSpec([]), tensorSpec([2], 'int64')], (shared, item) => {
      const [value, weight, seed] = item as [Tree<Output>, Output, Output];
      const { sum, stack = [] } = this.#parts.client(shared, value, weight, seed);
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
    const server = Computation.compile([stateSpecs, specs, tensorSpec([], 'int32'), tensorSpec([2], 'int64')], (inputs) => {
      const [s, [sum, stack], count, seed] = inputs as [Tree<Output>, [Tree<Output>, Tree<Output>], Output, Output];
      const step = this.#parts.server(s, { sum, stack, count, seed });
      return [step.state, step.result, step.measurements];
    });
    this.#compiled = { clients, server, reductions };
    return this.#compiled;
  }
}
