/** The server's step: an aggregated update becomes new weights. */
import type { Graph, Output } from '../graph/graph.js';
import { ifElse } from '../graph/loop.js';
import { zerosLike } from '../graph/ops/array.js';
import { cast, logicalNot } from '../graph/ops/math.js';
import { allFinite } from '../graph/ops/reduce.js';
import { specsOf, type Variable } from '../graph/variable.js';
import { constrained } from '../keras/engine/weight.js';
import { checkOptimizer, type Hparams, type Optimizer, type Slots } from '../keras/optimizers/optimizer.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { flatten, type Tree, unflatten } from '../tree.js';
import { checkFunction, checkOptions } from '../validate.js';

/** What a server step gives. */
export interface FinalizerStep {
  readonly state: Tree<Output>;
  readonly weights: readonly Output[];
  readonly measurements: Tree<Output>;
}

/** The server's step, and what it keeps between rounds. */
export interface Finalizer {
  /** Hyper-parameters at the top of the state, by name. */
  readonly hparams: Hparams<number>;
  /** The state before the first round. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  /** The server's step; a weight whose update is `null` stays as it is. */
  readonly step: (state: Tree<Output>, weights: readonly Output[], update: readonly (Output | null)[]) => FinalizerStep;
}

/** Whether an update is to be refused, a scalar `bool`. */
export type RejectUpdate = (update: readonly Output[]) => Output;

/** Refuses an update that is not finite, as TFF does: one bad round must not destroy a model. */
export const rejectNonFiniteUpdate: RejectUpdate = (update) => logicalNot(allFinite(update as [Output, ...Output[]]));

/** Gives the aggregated update to an optimizer as its gradient; a refused update changes neither weights nor state. */
export function applyOptimizerFinalizer(
  optimizer: Optimizer,
  variables: readonly Variable[],
  reject: RejectUpdate = rejectNonFiniteUpdate,
): Finalizer {
  const names = Object.keys(optimizer.hparams);
  return {
    hparams: optimizer.hparams,
    initialize: (graph) => ({
      ...Object.fromEntries(Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')])),
      ...optimizer.slots(graph, specsOf(variables), variables),
    }),
    step: (state, weights, update) => {
      const entries = Object.entries(state as Record<string, Tree<Output>>);
      const hparams = Object.fromEntries(entries.filter(([name]) => names.includes(name))) as Hparams<Output>;
      const slots = Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
      const given = update.filter((u) => u !== null);
      const refused = reject(given);
      // Branches and no products: where an update is taken, as almost always, the step works in its memory, and no zeros are made.
      const taken = ifElse(
        refused.graph,
        refused,
        (values) => values.map(zerosLike),
        (values) => values,
        given,
      );
      const either = (ifRefused: readonly Output[], otherwise: readonly Output[]): Output[] =>
        otherwise.length === 0
          ? []
          : ifElse(
              refused.graph,
              refused,
              () => ifRefused,
              () => otherwise,
            );
      // An update is no gradient of a scaled loss, which an optimizer with a loss scale would divide by.
      const scaled = update.map((u) => u && optimizer.scaleLoss(taken[given.indexOf(u)] as Output, slots));
      const next = optimizer.step(hparams, slots, weights, scaled, variables);
      const keep = (old: Tree<Output>, fresh: Tree<Output>): Tree<Output> => unflatten(old, either(flatten(old), flatten(fresh)));
      const measurements = { updateNonFinite: cast(refused, 'int32') };
      return {
        state: { ...hparams, ...(keep(slots, next.slots) as Slots<Output>) },
        weights: flatten(keep(weights, constrained(variables, next.weights, update))),
        measurements,
      };
    },
  };
}

export interface ApplyOptimizerFinalizerOptions {
  /** Whether an update is to be refused, a graph function that gives a `bool` scalar; `rejectNonFiniteUpdate` by default. */
  readonly shouldRejectUpdate?: RejectUpdate;
}

/**
 * The optimizer's step as a part of an algorithm of one's own: TFF's `build_apply_optimizer_finalizer`.
 *
 * @throws TypeError for a part of the wrong kind
 */
export function buildApplyOptimizerFinalizer(
  optimizer: Optimizer,
  model: AnyFederatedModel,
  options: ApplyOptimizerFinalizerOptions = {},
): Finalizer {
  checkOptions('options', options, ['shouldRejectUpdate']);
  const { shouldRejectUpdate = rejectNonFiniteUpdate } = options;
  checkFunction('shouldRejectUpdate', shouldRejectUpdate);
  return applyOptimizerFinalizer(checkOptimizer('optimizer', optimizer), checkModel(model).trainableVariables, shouldRejectUpdate);
}

/** Changes nothing: for evaluation. */
export const keepWeights: Finalizer = {
  hparams: {},
  initialize: () => [],
  step: (state, weights) => ({ state, weights, measurements: [] }),
};
