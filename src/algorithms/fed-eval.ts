/** Federated evaluation: metrics of a model on clients' data, of each round and of all rounds together. */
import { sum } from '../aggregators/sum.js';
import type { AnyFederatedModel } from '../models/federated-model.js';
import { evalClientWork } from '../templates/eval-client-work.js';
import { keepWeights } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import { checkOptions } from '../validate.js';
import { checkModel } from './fed-avg.js';

/** There are none yet: the object is there so that a misspelt one is refused. */
export type FedEvalOptions = Record<string, never>;

/**
 * Evaluates: `next(state, clients)` gives `metrics.clientWork.eval.currentRoundMetrics` and `.totalRoundsMetrics`; weights stay as they are, and
 * are set with `setModelWeights`.
 *
 * @throws TypeError for something that is no federated model
 */
export function buildFedEval(model: AnyFederatedModel, options: FedEvalOptions = {}): LearningProcess {
  checkOptions('options', options, []);
  return new LearningProcess({ clientWork: evalClientWork(checkModel(model)), aggregator: sum(), finalizer: keepWeights });
}
