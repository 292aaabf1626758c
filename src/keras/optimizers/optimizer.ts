/**
 * Optimizers: pure functions over explicit state, as graph functions.
 *
 * One form serves Keras's optimizers and TFF's, on clients and on the server. Hyper-parameters are scalars in the state, so that a schedule
 * or a caller can change them without building the graph again.
 */
import { ValueError } from '../../errors.js';
import { Computation } from '../../graph/computation.js';
import type { Graph, Output } from '../../graph/graph.js';
import { fill } from '../../graph/ops/array.js';
import type { Variable } from '../../graph/variable.js';
import { type Tensor, tensor } from '../../tensor.js';
import { type TensorSpec, tensorSpec } from '../../tensor-spec.js';
import { mapTree, type Tree } from '../../tree.js';
import { checkNumber, mustBe } from '../../validate.js';
import type { Fields } from '../serialization/fields.js';
import { KerasObject } from '../serialization/keras-object.js';

/** Hyper-parameters by name, `float32` scalars. */
export type Hparams<T> = Readonly<Record<string, T>>;
/** What an optimizer keeps per weight or per step, by name: `accumulator`, `step` … */
export type Slots<T> = Readonly<Record<string, Tree<T>>>;
/** Hyper-parameters and slots in one dictionary. */
export type OptimizerState = Readonly<Record<string, Tree<Tensor>>>;

/** What one step gives. */
export interface OptimizerStep {
  readonly slots: Slots<Output>;
  readonly weights: readonly Output[];
}

/** The base of all optimizers: subclasses give the slots before the first step, and a step. */
export abstract class Optimizer<F extends Fields = Fields> extends KerasObject<F> {
  /** The hyper-parameters that live in the state, with their initial values; empty for none. */
  abstract readonly hparams: Hparams<number>;

  /** The slots before the first step: graph outputs such as zeros of each weight's shape (see {@link filled}). */
  abstract slots(graph: Graph, specs: readonly TensorSpec[]): Slots<Output>;

  /**
   * One step. A weight whose gradient is `null` stays as it is, and so do its slots.
   * @param variables The variables behind the weights, where known: for constraints, and names that are excluded from decay.
   */
  abstract step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep;

  /** The optimizer by itself, for weights of the given specs. */
  create(specs: readonly TensorSpec[]): OptimizerProcess {
    return new OptimizerProcess(this as unknown as Optimizer, specs);
  }
}

/** A tensor per spec, filled with one value: what most slots begin as. */
export const filled = (graph: Graph, specs: readonly TensorSpec[], value = 0): Output[] =>
  specs.map((spec) => fill(graph.constant(spec.shape as number[], 'int32', [spec.shape.length]), graph.constant(value, spec.dtype)));

/** Hyper-parameters as tensors. */
export const hparamTensors = (hparams: Hparams<number>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(hparams).map(([name, value]) => [name, tensor(value, [], 'float32')]));

/** The hyper-parameters of a state as numbers. */
export const hparamsOf = (names: readonly string[], state: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, Number((state[name] as Tensor).data[0])]));

/** A state with other hyper-parameters. @throws TypeError for an unknown name or no number */
export function withHparams<S extends Readonly<Record<string, unknown>>>(
  names: readonly string[],
  state: S,
  hparams: Readonly<Record<string, unknown>>,
): S {
  for (const [name, value] of Object.entries(hparams)) {
    if (!names.includes(name))
      throw mustBe(
        'hparams',
        `a dictionary of ${names.length === 0 ? 'nothing: there are no hyper-parameters' : names.join(', ')}`,
        hparams,
      );
    checkNumber(`hparams.${name}`, value);
  }
  return { ...state, ...hparamTensors(hparams as Record<string, number>) };
}

/** An optimizer for weights of given specs: `initialize`, then `next` as often as there are gradients. */
export class OptimizerProcess {
  readonly #optimizer: Optimizer;
  readonly #specs: readonly TensorSpec[];
  readonly #names: readonly string[];
  readonly #steps = new Map<string, Computation>();

  /** @internal */
  constructor(optimizer: Optimizer, specs: readonly TensorSpec[]) {
    this.#optimizer = optimizer;
    this.#specs = specs;
    this.#names = Object.keys(optimizer.hparams);
  }

  /** The state before the first step. */
  async initialize(): Promise<OptimizerState> {
    const slots = await Computation.compile([], (_, graph) => this.#optimizer.slots(graph, this.#specs)).run([]);
    return { ...hparamTensors(this.#optimizer.hparams), ...(slots as unknown as Slots<Tensor>) };
  }

  /**
   * One step: new state and weights; the arguments are not changed.
   *
   * @param gradients One per weight; `null` leaves a weight as it is.
   * @throws ValueError where weights or gradients do not fit the specs.
   */
  async next(
    state: OptimizerState,
    weights: readonly Tensor[],
    gradients: readonly (Tensor | null)[],
  ): Promise<{ state: OptimizerState; weights: Tensor[] }> {
    for (const [name, list] of [
      ['weights', weights],
      ['gradients', gradients],
    ] as const) {
      if (!Array.isArray(list) || list.length !== this.#specs.length)
        throw new ValueError(`\`${name}\` must be ${this.#specs.length} tensors, received ${Array.isArray(list) ? list.length : list}`);
      list.forEach((t: Tensor | null, i) => {
        const spec = this.#specs[i] as TensorSpec;
        if (t === null && name === 'gradients') return;
        if (t === null || !spec.accepts(t.shape, t.dtype))
          throw new ValueError(`\`${name}[${i}]\` must be a tensor ${spec}, received ${t}`);
      });
    }
    const present = gradients.map((g) => g !== null);
    const hparams = Object.fromEntries(this.#names.map((n) => [n, state[n] as Tensor]));
    const slots = Object.fromEntries(Object.entries(state).filter(([n]) => !this.#names.includes(n)));
    const inputs = [hparams, slots as Tree<Tensor>, weights, gradients.filter((g) => g !== null)];
    const key = present.join();
    let step = this.#steps.get(key);
    if (step === undefined) {
      const specs = mapTree(inputs as Tree<Tensor>, (t) => tensorSpec(t.shape, t.dtype) as TensorSpec);
      step = Computation.compile(specs, (feeds) => {
        const [h, s, w, g] = feeds as [Hparams<Output>, Slots<Output>, Output[], Output[]];
        let used = 0;
        const result = this.#optimizer.step(
          h,
          s,
          w,
          present.map((p) => (p ? (g[used++] as Output) : null)),
        );
        return [result.slots, result.weights] as Tree<Output>;
      });
      this.#steps.set(key, step);
    }
    const [newSlots, newWeights] = (await step.run(inputs as Tree<Tensor>)) as unknown as [Slots<Tensor>, Tensor[]];
    return { state: { ...hparams, ...newSlots }, weights: newWeights };
  }

  getHparams(state: OptimizerState): Record<string, number> {
    return hparamsOf(this.#names, state);
  }

  setHparams(state: OptimizerState, hparams: Readonly<Record<string, number>>): OptimizerState {
    return withHparams(this.#names, state, hparams);
  }
}
