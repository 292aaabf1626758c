/**
 * Mime: Mime Lite whose clients' steps are corrected towards the mean gradient of all clients.
 *
 * Karimireddy, Jaggi, Kale, Mohri, Reddi, Stich and Suresh, "Breaking the centralized barrier for cross-device federated learning", NeurIPS
 * 2021, https://arxiv.org/abs/2008.03606 (algorithm 1). TFF has Mime Lite only.
 *
 * A step has `∇f(w) − ∇f(w₀) + c` for its gradient, both on the step's batch, with `w₀` of the server and `c` the mean of the clients' full
 * gradients at `w₀`. A round asks every client twice, first for its full gradient, and a step takes twice as long as one of Mime Lite.
 */
import type { AnyFederatedModel } from '../models/federated-model.js';
import type { LearningProcess } from '../templates/learning-process.js';
import { mimeProcess, type UnweightedMimeOptions, type WeightedMimeOptions } from './mime-lite.js';

/**
 * Mime in which clients count by their weights. `clientLearningRate` schedules the base optimizer's rate.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export const buildWeightedMime = (model: AnyFederatedModel, options: WeightedMimeOptions): LearningProcess =>
  mimeProcess(model, options, { weighted: true, corrected: true });

/**
 * Mime in which every client counts the same.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export const buildUnweightedMime = (model: AnyFederatedModel, options: UnweightedMimeOptions): LearningProcess =>
  mimeProcess(model, options, { weighted: false, corrected: true });
