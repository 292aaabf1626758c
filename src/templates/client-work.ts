/** The client's part of an algorithm: what each client computes, in one run of a compiled computation. */

import { typeError } from '../errors.js';
import type { Graph, Output } from '../graph/graph.js';
import type { Variable } from '../graph/variable.js';
import type { Hparams } from '../keras/optimizers/optimizer.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import type { DatasetInputs } from './batches.js';

/** A model's weights in a graph. */
export interface WeightOutputs {
  readonly trainable: readonly Output[];
  readonly nonTrainable: readonly Output[];
}

/** What a client gives: an update of the trainable weights, what it counts, and metrics to add up. */
export interface ClientResult {
  /** Pseudo-gradients: initial minus final weights, in the order of the trainable variables. */
  readonly update: readonly Output[];
  /** A `float32` scalar. */
  readonly weight: Output;
  /** Unfinalized metrics: summed over the clients. */
  readonly metrics: Tree<Output>;
}

/** What every client gets in a round. */
export interface ClientInputs {
  readonly state: Tree<Output>;
  readonly weights: WeightOutputs;
  readonly dataset: DatasetInputs;
  /** Whether the client's data is shuffled. */
  readonly shuffle: boolean;
}

/** A client's computation, and the server's part of its state. */
export interface ClientWork {
  readonly model: AnyFederatedModel;
  /** Hyper-parameters at the top of the state, by name. */
  readonly hparams: Hparams<number>;
  /** What clients send: as the trainable variables by default. */
  readonly updateSpecs?: readonly TensorSpec[];
  /** The state on the server before the first round. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  readonly client: (inputs: ClientInputs) => ClientResult;
  /** The next state and the round's metrics from the summed ones. */
  readonly server: (state: Tree<Output>, metrics: Tree<Output>) => { readonly state: Tree<Output>; readonly metrics: Tree<Output> };
}

/** How much a client counts: by its examples (TFF's default), or each the same. */
export type ClientWeighting = 'num_examples' | 'uniform';

/** @throws TypeError for anything else, as TFF does */
export function checkClientWeighting(value: unknown): ClientWeighting {
  if (value !== 'num_examples' && value !== 'uniform')
    throw typeError(`\`clientWeighting\` must be 'num_examples' or 'uniform', received ${String(value)}`);
  return value;
}

/** Variables with their values, for a context. */
export const bindings = (variables: readonly Variable[], values: readonly Output[]): [Variable, Output][] =>
  variables.map((v, i) => [v, values[i] as Output]);
