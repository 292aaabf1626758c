/** An optimizer by itself: state and weights are tensors, and each step is one run of a compiled computation. */
import { ValueError } from '../../errors.js';
import { Computation } from '../../graph/computation.js';
import type { Output } from '../../graph/graph.js';
import { specsOf, Variable } from '../../graph/variable.js';
import type { Tensor } from '../../tensor.js';
import { type TensorSpec, tensorSpec } from '../../tensor-spec.js';
import { flatten, isDictionary, mapTree, structureDifference, type Tree } from '../../tree.js';
import { mustBe } from '../../validate.js';
import { type Hparams, hparamsOf, hparamTensors, withHparams } from './hparams.js';
import type { Optimizer, OptimizerState, Slots } from './optimizer.js';

/** Runs nothing where there is nothing to compute: TensorFlow refuses a run without results. */
const run = async (computation: Computation, like: Tree<unknown>, inputs: Tree<Tensor>): Promise<Tree<Tensor>> =>
  flatten(like).length === 0 ? (like as Tree<Tensor>) : computation.run(inputs);

/** A compiled graph function, and a tree like its result. */
interface Compiled {
  readonly computation: Computation;
  readonly like: Tree<TensorSpec>;
}

function compile(specs: Tree<TensorSpec>, fn: Parameters<typeof Computation.compile>[1]): Compiled {
  let like: Tree<TensorSpec> = [];
  const computation = Computation.compile(specs, (inputs, graph) => {
    const result = fn(inputs, graph);
    like = mapTree(result, (o) => tensorSpec(o.shape ?? [], o.dtype) as TensorSpec);
    return result;
  });
  return { computation, like };
}

/** An optimizer for weights of given specs: `initialize`, then `next` as often as there are gradients. */
export class OptimizerProcess {
  readonly #optimizer: Optimizer;
  readonly #specs: readonly TensorSpec[];
  readonly #variables: readonly Variable[] | undefined;
  readonly #names: readonly string[];
  /** Made when first needed. */
  #initial: Compiled | undefined;
  /** By which gradients are present. */
  readonly #steps = new Map<string, Compiled>();

  /** @internal */
  constructor(optimizer: Optimizer, weights: readonly TensorSpec[] | readonly Variable[]) {
    this.#optimizer = optimizer;
    this.#variables = weights.every((w) => w instanceof Variable) ? weights : undefined;
    this.#specs = this.#variables === undefined ? (weights as readonly TensorSpec[]) : specsOf(this.#variables);
    this.#names = Object.keys(optimizer.hparams);
  }

  /** The state before the first step: hyper-parameters and slots by name. */
  async initialize(): Promise<OptimizerState> {
    const { computation, like } = this.#slots();
    return { ...hparamTensors(this.#optimizer.hparams), ...((await run(computation, like, [])) as Slots<Tensor>) };
  }

  /**
   * One step: new state and weights; the arguments are not changed.
   *
   * @param gradients One per weight; `null` leaves a weight as it is.
   * @throws ValueError where weights or gradients do not fit the specs, or the state is of another optimizer or other weights.
   */
  async next(
    state: OptimizerState,
    weights: readonly Tensor[],
    gradients: readonly (Tensor | null)[],
  ): Promise<{ state: OptimizerState; weights: Tensor[] }> {
    this.#checkTensors('weights', weights);
    this.#checkTensors('gradients', gradients);
    this.#checkState(state);
    const hparams = Object.fromEntries(this.#names.map((name) => [name, state[name] as Tensor]));
    const slots = Object.fromEntries(Object.entries(state).filter(([name]) => !this.#names.includes(name)));
    const { computation, like } = this.#step(
      gradients.map((g) => g !== null),
      slots,
    );
    const inputs = [hparams, slots, weights, gradients.filter((g) => g !== null)] as Tree<Tensor>;
    const [newSlots, newWeights] = (await run(computation, like, inputs)) as unknown as [Slots<Tensor>, Tensor[]];
    return { state: { ...hparams, ...newSlots }, weights: newWeights };
  }

  /** The hyper-parameters of a state as numbers. */
  getHparams(state: OptimizerState): Record<string, number> {
    return hparamsOf(this.#names, state);
  }

  /** A state with other values of the given hyper-parameters. @throws TypeError for an unknown name or no number */
  setHparams(state: OptimizerState, hparams: Readonly<Record<string, number>>): OptimizerState {
    return withHparams(this.#names, state, hparams);
  }

  /** Frees the compiled computations; the process can still be used, and then compiles again. */
  dispose(): void {
    for (const { computation } of [...this.#steps.values(), ...(this.#initial === undefined ? [] : [this.#initial])]) computation.dispose();
    this.#steps.clear();
    this.#initial = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #slots(): Compiled {
    this.#initial ??= compile([], (_, graph) => this.#optimizer.slots(graph, this.#specs, this.#variables));
    return this.#initial;
  }

  #step(present: readonly boolean[], slots: Tree<Tensor>): Compiled {
    const key = present.join();
    const known = this.#steps.get(key);
    if (known !== undefined) return known;
    const scalars = Object.fromEntries(this.#names.map((name) => [name, tensorSpec([], 'float32')]));
    const slotSpecs = mapTree(slots, (t) => tensorSpec(t.shape, t.dtype));
    const specs = [scalars, slotSpecs, this.#specs, this.#specs.filter((_, i) => present[i])] as Tree<TensorSpec>;
    const step = compile(specs, (feeds) => {
      const [hparams, s, weights, given] = feeds as [Hparams<Output>, Slots<Output>, Output[], Output[]];
      const rest = [...given];
      const gradients = present.map((p) => (p ? (rest.shift() as Output) : null));
      const result = this.#optimizer.step(hparams, s, weights, gradients, this.#variables);
      return [result.slots, result.weights] as Tree<Output>;
    });
    this.#steps.set(key, step);
    return step;
  }

  #checkTensors(name: 'weights' | 'gradients', list: readonly (Tensor | null)[]): void {
    if (!Array.isArray(list)) throw mustBe(name, 'a list of tensors', list);
    if (list.length !== this.#specs.length)
      throw new ValueError(`\`${name}\` must be ${this.#specs.length} tensors, received ${list.length}`);
    list.forEach((t: Tensor | null, i) => {
      const spec = this.#specs[i] as TensorSpec;
      if (t === null && name === 'gradients') return;
      if (t === null || !spec.accepts(t.shape, t.dtype)) throw new ValueError(`\`${name}[${i}]\` must be a tensor ${spec}, received ${t}`);
    });
  }

  #checkState(state: OptimizerState): void {
    if (!isDictionary(state)) throw mustBe('state', 'the state that `initialize` or `next` gave', state);
    const scalars = Object.fromEntries(this.#names.map((name) => [name, tensorSpec([], 'float32') as TensorSpec]));
    const expected: Tree<TensorSpec> = { ...scalars, ...(this.#slots().like as Slots<TensorSpec>) };
    const difference = structureDifference(expected, state);
    if (difference !== undefined)
      throw new ValueError(`\`state\` must be of this optimizer: ${difference}, comparing what is expected with what was received`);
    const tensors = flatten(state as Tree<Tensor>);
    let next = 0;
    mapTree(expected, (spec, path) => {
      const t = tensors[next++] as Tensor;
      if (!spec.accepts(t.shape, t.dtype)) throw new ValueError(`\`state.${path}\` must be a tensor ${spec}, received ${t}`);
    });
  }
}
