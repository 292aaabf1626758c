/** The client's part of an algorithm: what each client computes, in one run of a compiled computation. */

import type { Combined, Contribution } from '../aggregators/aggregator.js';
import type { Randomness } from '../aggregators/randomness.js';
import { typeError } from '../errors.js';
import { type Graph, Output } from '../graph/graph.js';
import { op } from '../graph/ops/core.js';
import { cast, sqrt } from '../graph/ops/math.js';
import type { Variable } from '../graph/variable.js';
import type { Hparams } from '../keras/optimizers/optimizer.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { ModelWeights } from '../models/model-weights.js';
import type { Tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import type { Tree } from '../tree.js';
import { describe } from '../validate.js';
import type { DatasetInputs } from './batches.js';

/** A model's weights in a graph. */
export interface WeightOutputs {
  readonly trainable: readonly Output[];
  readonly nonTrainable: readonly Output[];
}

/** What a client gives. */
export interface ClientResult {
  /** What the aggregator gets, as `updateSpecs` say: pseudo-gradients, initial minus final weights. */
  readonly update: readonly Output[];
  /** How much the client counts, a `float32` scalar: the client fails where it is not finite, or negative. */
  readonly weight: Output;
  /** What else is combined over the clients, unfinalized metrics above all. */
  readonly collected: Contribution;
  /** What the client keeps until its next round, where the work has `clientState`. */
  readonly own?: Tree<Output>;
}

/** What every client gets in a round. */
export interface ClientInputs {
  readonly state: Tree<Output>;
  readonly weights: WeightOutputs;
  readonly dataset: DatasetInputs;
  /** Whether the client's data is shuffled. */
  readonly shuffle: boolean;
  /** Number of finished rounds, an `int32` scalar. */
  readonly round: Output;
  readonly random: Randomness;
  /** What the client has kept since its last round; nothing where the work has no `clientState`. */
  readonly own: Tree<Output>;
  /** What the server knows of the client; nothing where the work has no `known`. */
  readonly known: Tree<Output>;
  /** What the survey has found; nothing where the work has none. */
  readonly surveyed: Tree<Output>;
}

/** What the server's part of a work gets after a round's clients. */
export interface ServerInputs {
  readonly state: Tree<Output>;
  /** The aggregated update, as `updateSpecs` say. */
  readonly update: readonly Output[];
  readonly collected: Combined;
  readonly weights: WeightOutputs;
  readonly round: Output;
  readonly surveyed: Tree<Output>;
}

/** What the server's part of a work gives. */
export interface ServerResult {
  readonly state: Tree<Output>;
  readonly metrics: Tree<Output>;
  /** What the finalizer gets, for each trainable variable; `null` for one that stays as it is. The aggregated update by default. */
  readonly update?: readonly (Output | null)[];
  /** The next non-trainable weights; the same by default, as in TFF. */
  readonly nonTrainable?: readonly Output[];
}

/** A pass over the clients before their work, whose result all of them get: for algorithms that need two messages a round. */
export interface Survey {
  readonly client: (inputs: Omit<ClientInputs, 'own' | 'surveyed'>) => Contribution;
  readonly server: (state: Tree<Output>, collected: Combined) => Tree<Output>;
}

/** A client's computation, and the server's part of it. */
export interface ClientWork {
  readonly model: AnyFederatedModel;
  /** Hyper-parameters at the top of the state, by name. */
  readonly hparams: Hparams<number>;
  /** The fewest clients it is defined for; 1 by default. */
  readonly minClients?: number | undefined;
  /** What clients send: as the trainable variables by default. */
  readonly updateSpecs?: readonly TensorSpec[];
  /** The state on the server before the first round. */
  readonly initialize: (graph: Graph) => Tree<Output>;
  /** Where clients keep something between rounds: what a client begins with, from the server's weights. Clients need names (`id`) then. */
  readonly clientState?: (weights: WeightOutputs) => Tree<Output>;
  /** Where clients keep something and an algorithm counts on it: how many clients there are in all. */
  readonly numClients?: number;
  /** Where the server knows something of each client besides, by its name, which clients need (`id`) then. */
  readonly known?: { readonly specs: Tree<TensorSpec>; readonly of: (id: string) => Tree<Tensor> };
  /** A client's own weights, from the server's and what it has kept: the server's by default. */
  readonly clientWeights?: (weights: ModelWeights, own: Tree<Tensor>) => ModelWeights;
  /** What clients work with of their data: all of it by default. */
  readonly data?: ((dataset: DatasetInputs) => DatasetInputs) | undefined;
  readonly survey?: Survey;
  readonly client: (inputs: ClientInputs) => ClientResult;
  readonly server: (inputs: ServerInputs) => ServerResult;
}

/**
 * How much a client counts: by its examples (TFF's default), each the same, or a graph function of its number of examples, a `float32`
 * scalar, that gives another which is finite and not negative: any other fails the client.
 */
export type ClientWeighting = 'num_examples' | 'uniform' | ((examples: Output) => Output);

/** @throws TypeError for anything else, as TFF does */
export function checkClientWeighting(value: unknown): ClientWeighting {
  if (value !== 'num_examples' && value !== 'uniform' && typeof value !== 'function')
    throw typeError(
      `\`clientWeighting\` must be 'num_examples', 'uniform' or a function of the number of examples, received ${describe(value)}`,
    );
  return value as ClientWeighting;
}

/** What a client with these data counts, a `float32` scalar. @throws TypeError for a function that gives something else */
export function weightOf(weighting: ClientWeighting, { schedule }: DatasetInputs): Output {
  if (weighting === 'uniform') return schedule.examples.graph.constant(1, 'float32');
  const examples = cast(schedule.examples, 'float32');
  if (weighting === 'num_examples') return examples;
  const weight: unknown = weighting(examples);
  if (!(weight instanceof Output) || weight.shape?.length !== 0)
    throw typeError(`\`clientWeighting\` must give a scalar output, received ${weight instanceof Output ? weight : describe(weight)}`);
  return checkedWeight('`clientWeighting` must give', cast(weight, 'float32'));
}

/** The weight, whose client fails with a TensorFlowError where it is none: a negative one would turn the round around. */
export function checkedWeight(rule: string, weight: Output): Output {
  const message = `${rule} a finite number that is not negative`;
  // The root of a negative number is NaN. A selection would say so, too, but takes longer than all else that is done with a weight.
  const check = op('CheckNumerics', [sqrt(weight)], { message });
  return weight.graph.op('Identity', [weight], {}, { after: [check.operation] })[0] as Output;
}

/** Variables with their values, for a context. */
export const bindings = (variables: readonly Variable[], values: readonly Output[]): [Variable, Output][] =>
  variables.map((v, i) => [v, values[i] as Output]);
