/** Every algorithm that is a learning process, for a model and options that all of its kind have. */
import { algorithms, type LearningProcess, type metrics, models, optimizers, tensor } from '../../src/index.js';
import type { zeroModel } from '../templates/fixtures.js';

type Model = ReturnType<typeof zeroModel>;
interface Options {
  readonly metricsAggregator?: metrics.MetricsAggregator;
  readonly [option: string]: unknown;
}
type Build = (model: Model, options?: Options) => LearningProcess;

export const clientOptimizer = optimizers.sgdm({ learningRate: 0.01 });
/** A model whose last variable is local. */
const reconstruction = (model: Model) => models.reconstructionModel(model, model.trainableVariables.slice(1));

export const TRAINING: Readonly<Record<string, Build>> = {
  agnosticFedAvg: (model, options) =>
    algorithms.buildAgnosticFedAvg(model, {
      clientOptimizer,
      domainOf: (id) => Number(id.slice(-1)) % 2,
      initialDomainWeights: [0.5, 0.5],
      domainLearningRate: 0.1,
      ...options,
    }),
  apfl: (model, options) => algorithms.buildApfl(model, { clientOptimizer, ...options }),
  fedAdagrad: (model, options) => algorithms.buildFedAdagrad(model, options),
  fedAdam: (model, options) => algorithms.buildFedAdam(model, options),
  fedAvgM: (model, options) => algorithms.buildFedAvgM(model, { clientOptimizer, ...options }),
  fedNova: (model, options) => algorithms.buildFedNova(model, { clientOptimizer, ...options }),
  fedRecon: (model, options) => algorithms.buildFedRecon(reconstruction(model), options),
  fedSgd: (model, options) => algorithms.buildFedSgd(model, options),
  fedYogi: (model, options) => algorithms.buildFedYogi(model, options),
  hypCluster: (model, options) => {
    const { trainable, nonTrainable } = model.getWeights();
    const moved = trainable.map(({ data, shape }) =>
      tensor(
        Float32Array.from(data as Float32Array, (v, i) => v + 0.1 * (i + 1)),
        shape,
      ),
    );
    const initialWeights = [{ trainable: moved, nonTrainable }, model.getWeights()];
    return algorithms.buildHypCluster(model, { clientOptimizer, initialWeights, ...options });
  },
  scaffold: (model, options) => algorithms.buildScaffold(model, { clientOptimizer, numClients: 3, ...options }),
  unweightedFedAvg: (model, options) => algorithms.buildUnweightedFedAvg(model, { clientOptimizer, ...options }),
  unweightedFedProx: (model, options) => algorithms.buildUnweightedFedProx(model, { clientOptimizer, proximalStrength: 0.1, ...options }),
  unweightedMime: (model, options) => algorithms.buildUnweightedMime(model, { baseOptimizer: clientOptimizer, ...options }),
  unweightedMimeLite: (model, options) => algorithms.buildUnweightedMimeLite(model, { baseOptimizer: clientOptimizer, ...options }),
  weightedFedAvg: (model, options) => algorithms.buildWeightedFedAvg(model, { clientOptimizer, ...options }),
  weightedFedProx: (model, options) => algorithms.buildWeightedFedProx(model, { clientOptimizer, proximalStrength: 0.1, ...options }),
  weightedMime: (model, options) => algorithms.buildWeightedMime(model, { baseOptimizer: clientOptimizer, ...options }),
  weightedMimeLite: (model, options) => algorithms.buildWeightedMimeLite(model, { baseOptimizer: clientOptimizer, ...options }),
};

export const EVALUATION: Readonly<Record<string, Build>> = {
  fedEval: (model, options) => algorithms.buildFedEval(model, options),
  fedMultiModelEval: (model, options) => algorithms.buildFedMultiModelEval({ a: model, b: model }, options),
  fedReconEval: (model, options) => algorithms.buildFedReconEval(reconstruction(model), options),
};
