/**
 * FedProx: federated averaging whose clients are held near the server's model.
 *
 * Li, Sahu, Zaheer, Sanjabi, Talwalkar and Smith, "Federated optimization in heterogeneous networks", MLSys 2020,
 * https://arxiv.org/abs/1812.06127; TFF's `build_weighted_fed_prox`.
 *
 * A client's loss is `f(w) + ½ μ ‖w − w₀‖²` with `w₀` of the server, as in the paper: every step has `μ (w − w₀)` added to its gradient. TFF
 * adds `μ (w₀ − w)`, which drives clients away from the server's model; that is not copied. Metrics are those of `f` alone.
 */
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { LearningProcess } from '../templates/learning-process.js';
import { proximal } from '../templates/local-training.js';
import { checkNumber, checkOptions } from '../validate.js';
import {
  fedAvgProcess,
  UNWEIGHTED_FED_AVG_OPTIONS,
  type UnweightedFedAvgOptions,
  WEIGHTED_FED_AVG_OPTIONS,
  type WeightedFedAvgOptions,
} from './fed-avg.js';

interface Proximal {
  /**
   * `μ`, not negative: 0 is FedAvg, and the larger it is the less clients move. With plain SGD of rate `η` on clients, `η μ` must be below 2,
   * or the term itself diverges. The paper tries 0.001 to 1.
   */
  readonly proximalStrength: number;
}
export interface UnweightedFedProxOptions extends UnweightedFedAvgOptions, Proximal {}
export interface WeightedFedProxOptions extends WeightedFedAvgOptions, Proximal {}

/**
 * FedProx in which clients count by their weights.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, an option out of range, or a strength that is negative
 */
export function buildWeightedFedProx(model: AnyFederatedModel, options: WeightedFedProxOptions): LearningProcess {
  checkOptions('options', options, [...WEIGHTED_FED_AVG_OPTIONS, 'proximalStrength']);
  return build(model, options, true);
}

/**
 * FedProx in which every client counts the same.
 *
 * @throws TypeError, ValueError for a part of the wrong kind, an option out of range, or a strength that is negative
 */
export function buildUnweightedFedProx(model: AnyFederatedModel, options: UnweightedFedProxOptions): LearningProcess {
  checkOptions('options', options, [...UNWEIGHTED_FED_AVG_OPTIONS, 'proximalStrength']);
  return build(model, options, false);
}

function build(model: unknown, options: WeightedFedProxOptions, weighted: boolean): LearningProcess {
  const strength = checkNumber('proximalStrength', options.proximalStrength, { min: 0 });
  return fedAvgProcess(model, options, weighted, strength === 0 ? undefined : proximal(strength));
}
