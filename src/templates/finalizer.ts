/** The server's step: an aggregated update becomes new weights. */
import type { Graph, Output } from '../graph/graph.js';
import { finite, logicalAnd, logicalNot, where } from '../graph/ops/math.js';
import { all } from '../graph/ops/reduce.js';
import type { Variable } from '../graph/variable.js';
import { constrained } from '../keras/engine/weight.js';
import type { Hparams, Optimizer, Slots } from '../keras/optimizers/optimizer.js';
import { flatten, type Tree, unflatten } from '../tree.js';

/** What a server step gives. */
export interface FinalizerStep {
  readonly state: Tree<Output>;
  readonly weights: readonly Output[];
  readonly measurements: Tree<Output>;
}

export interface Finalizer {
  readonly hparams: Hparams<number>;
  readonly initialize: (graph: Graph) => Tree<Output>;
  /** The server's step; a weight whose update is `null` stays as it is. */
  readonly step: (state: Tree<Output>, weights: readonly Output[], update: readonly (Output | null)[]) => FinalizerStep;
}

/** Whether an update is to be refused, a scalar `bool`. */
export type RejectUpdate = (update: readonly Output[]) => Output;

/** Refuses an update that is not finite, as TFF does: one bad round must not destroy a model. */
export const rejectNonFinite: RejectUpdate = (update) => logicalNot(update.map((u) => all(finite(u))).reduce((a, b) => logicalAnd(a, b)));

/** Gives the aggregated update to an optimizer as its gradient; a refused update changes neither weights nor state. */
export function applyOptimizerFinalizer(
  optimizer: Optimizer,
  variables: readonly Variable[],
  reject: RejectUpdate = rejectNonFinite,
): Finalizer {
  const names = Object.keys(optimizer.hparams);
  return {
    hparams: optimizer.hparams,
    initialize: (graph) => ({
      ...Object.fromEntries(Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')])),
      ...optimizer.slots(
        graph,
        variables.map((v) => v.spec),
      ),
    }),
    step: (state, weights, update) => {
      const entries = Object.entries(state as Record<string, Tree<Output>>);
      const hparams = Object.fromEntries(entries.filter(([name]) => names.includes(name))) as Hparams<Output>;
      const slots = Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
      // An update is no gradient of a scaled loss, which an optimizer with a loss scale would divide by.
      const scaled = update.map((u) => u && optimizer.scaleLoss(u, slots));
      const next = optimizer.step(hparams, slots, weights, scaled, variables);
      const refused = reject(update.filter((u) => u !== null));
      const keep = (old: Tree<Output>, fresh: Tree<Output>): Tree<Output> => {
        const olds = flatten(old);
        return unflatten(
          old,
          flatten(fresh).map((value, i) => where(refused, olds[i] as Output, value)),
        );
      };
      const measurements = { updateNonFinite: where(refused, refused.graph.constant(1, 'int32'), refused.graph.constant(0, 'int32')) };
      return {
        state: { ...hparams, ...(keep(slots, next.slots) as Slots<Output>) },
        weights: flatten(keep(weights, constrained(variables, next.weights, update))),
        measurements,
      };
    },
  };
}

/** Changes nothing: for evaluation. */
export const keepWeights: Finalizer = {
  hparams: {},
  initialize: () => [],
  step: (state, weights) => ({ state, weights, measurements: [] }),
};
