/** Optimizers that update each weight by itself: an update rule is written for one weight, and applied to all. */
import type { DType } from '../../dtype.js';
import type { Graph, Output } from '../../graph/graph.js';
import { add, cast } from '../../graph/ops/math.js';
import type { Variable } from '../../graph/variable.js';
import type { TensorSpec } from '../../tensor-spec.js';
import type { Fields } from '../serialization/fields.js';
import { type Hparams, Optimizer, type OptimizerStep, type Slots } from './optimizer.js';

/** Outputs by name: a weight's slots, or the scalars of a step. */
export type Named = Readonly<Record<string, Output>>;

/** A type with outputs only: {@link Named} for types that list their names. */
export type OutputsOf<T> = { readonly [K in keyof T]: Output };

/** What a rule gives for one weight. */
export interface WeightUpdate<S> {
  readonly weight: Output;
  readonly slots: S;
}

/**
 * The base of optimizers that treat each weight by itself.
 *
 * A subclass gives the slots of one weight, the scalars of a step (computed once, however many weights there are), and the rule.
 *
 * @typeParam S A weight's slots by name.
 * @typeParam C The step's scalars by name.
 */
export abstract class WeightwiseOptimizer<F extends Fields, S extends OutputsOf<S>, C extends OutputsOf<C>> extends Optimizer<F> {
  /** A weight's slots before the first step. */
  protected abstract weightSlots(graph: Graph, spec: TensorSpec): S;

  /** Slots that belong to no weight, before the first step; none by default. */
  protected sharedSlots(_graph: Graph): Named {
    return {};
  }

  /** The shared slots of the next step: `step`, where there is one, counts up. */
  protected advance(shared: Named): Named {
    return shared.step === undefined ? shared : { ...shared, step: add(shared.step, 1) };
  }

  /** What the rule needs besides gradients, `float32` scalars; by default the hyper-parameters. `shared` is what {@link advance} gave. */
  protected scalars(hparams: Hparams<Output>, _shared: Named): C {
    return hparams as unknown as C;
  }

  /** The rule. All outputs are of the weight's element type. */
  protected abstract update(weight: Output, gradient: Output, slots: S, scalars: C, variable?: Variable): WeightUpdate<S>;

  override slots(graph: Graph, specs: readonly TensorSpec[]): Slots<Output> {
    return { ...transposed(specs.map((spec) => this.weightSlots(graph, spec) as Named)), ...this.sharedSlots(graph) };
  }

  override step(
    hparams: Hparams<Output>,
    slots: Slots<Output>,
    weights: readonly Output[],
    gradients: readonly (Output | null)[],
    variables?: readonly Variable[],
  ): OptimizerStep {
    const entries = Object.entries(slots);
    const lists = entries.filter(([, slot]) => Array.isArray(slot)) as [string, readonly Output[]][];
    const shared = this.advance(Object.fromEntries(entries.filter(([, slot]) => !Array.isArray(slot))) as Named);
    const scalars = this.scalars(hparams, shared);
    const byType = new Map<DType, C>();
    const scalarsOf = (dtype: DType): C => {
      const known = byType.get(dtype) ?? (mapValues(scalars as Named, (scalar) => cast(scalar, dtype)) as unknown as C);
      byType.set(dtype, known);
      return known;
    };
    const updates = weights.map((weight, i) => {
      const own = Object.fromEntries(lists.map(([name, list]) => [name, list[i] as Output])) as unknown as S;
      const gradient = gradients[i] ?? null;
      return gradient === null
        ? { weight, slots: own }
        : this.update(weight, cast(gradient, weight.dtype), own, scalarsOf(weight.dtype), variables?.[i]);
    });
    return {
      slots: { ...transposed(updates.map((u) => u.slots as Named)), ...shared },
      weights: updates.map((u) => u.weight),
    };
  }
}

const mapValues = (record: Named, fn: (value: Output) => Output): Named =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value)]));

/** A list per name from names per element. */
const transposed = (records: readonly Named[]): Readonly<Record<string, readonly Output[]>> =>
  Object.fromEntries(Object.keys(records[0] ?? {}).map((name) => [name, records.map((record) => record[name] as Output)]));
