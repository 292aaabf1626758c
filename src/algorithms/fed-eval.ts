/** Federated evaluation: metrics of a model on clients' data, of each round and of all rounds together. */
import { sum } from '../aggregators/sum.js';
import { type AnyFederatedModel, checkModel } from '../models/federated-model.js';
import { EVALUATION_OPTIONS, type EvaluationOptions, evalClientWork } from '../templates/eval-client-work.js';
import { keepWeights } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import { checkOptions } from '../validate.js';

export interface FedEvalOptions extends EvaluationOptions {
  /** Decides all randomness, such as which clients are in a sample; 0 by default. */
  readonly seed?: number;
}
export const FED_EVAL_OPTIONS = [...EVALUATION_OPTIONS, 'seed'] as const;

/**
 * Evaluates: `next(state, clients)` gives `metrics.clientWork.eval.currentRoundMetrics` and `.totalRoundsMetrics`; weights stay as they are, and
 * are set with `setModelWeights`.
 *
 * @throws TypeError for something that is no federated model, or an option of the wrong kind
 */
export function buildFedEval(model: AnyFederatedModel, options: FedEvalOptions = {}): LearningProcess {
  checkOptions('options', options, FED_EVAL_OPTIONS);
  const { seed, ...evaluation } = options;
  return new LearningProcess({
    clientWork: evalClientWork(checkModel(model), evaluation),
    aggregator: sum(),
    finalizer: keepWeights,
    seed,
  });
}
