/**
 * Evaluation of federated reconstruction: each client makes its local variables anew on one part of its data, and is evaluated on the other
 * (Singhal et al., NeurIPS 2021, https://arxiv.org/abs/2102.03448; TFF's `build_fed_recon_eval`).
 */
import { sum } from '../aggregators/sum.js';
import { checkOptimizer, type Optimizer } from '../keras/optimizers/optimizer.js';
import type { ReconstructionModel } from '../models/reconstruction-model.js';
import { sgdm } from '../optimizers/sgdm.js';
import { type DatasetSplitOptions, datasetSplit } from '../templates/dataset-split.js';
import { EVALUATION_OPTIONS, type EvaluationOptions, evalClientWork } from '../templates/eval-client-work.js';
import { keepWeights } from '../templates/finalizer.js';
import { LearningProcess } from '../templates/learning-process.js';
import { Reconstruction, weightsOf } from '../templates/reconstruction.js';
import { checkOptions } from '../validate.js';
import { checkReconstructionModel } from './fed-recon.js';

export interface FedReconEvalOptions extends EvaluationOptions {
  /** Trains the local variables on clients; `sgdm({ learningRate: 0.1 })` by default. */
  readonly reconstructionOptimizer?: Optimizer;
  /** Which data are for the reconstruction, and which for the evaluation; every second batch by default. */
  readonly datasetSplit?: DatasetSplitOptions;
  /** Decides all randomness; 0 by default. */
  readonly seed?: number;
}

/**
 * Evaluates reconstructed models: `next(state, clients)` gives `metrics.clientWork.eval.currentRoundMetrics` and `.totalRoundsMetrics`. The
 * state's model weights, those of the global variables, are set with `setModelWeights`.
 *
 * @throws TypeError, ValueError for a part of the wrong kind or an option out of range
 */
export function buildFedReconEval(model: ReconstructionModel, options: FedReconEvalOptions = {}): LearningProcess {
  checkOptions('options', options, ['reconstructionOptimizer', 'datasetSplit', 'seed', ...EVALUATION_OPTIONS]);
  const checked = checkReconstructionModel(model);
  const optimizer = checkOptimizer('reconstructionOptimizer', options.reconstructionOptimizer ?? sgdm({ learningRate: 0.1 }));
  const split = datasetSplit(options.datasetSplit);
  const reconstruction = new Reconstruction(checked, optimizer);
  const evaluation = evalClientWork(checked.model, { metricsAggregator: options.metricsAggregator });
  return new LearningProcess({
    clientWork: {
      ...evaluation,
      model: checked.globalModel,
      client: (inputs) => {
        const { support, query } = split(inputs.dataset);
        const values = reconstruction.run(inputs.weights, support, inputs);
        return evaluation.client({ ...inputs, dataset: query, weights: weightsOf(checked.model, values) });
      },
    },
    aggregator: sum(),
    finalizer: keepWeights,
    seed: options.seed,
  });
}
