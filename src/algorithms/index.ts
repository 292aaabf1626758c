/** Federated algorithms. */

export { type AgnosticFedAvgOptions, buildAgnosticFedAvg } from './agnostic-fed-avg.js';
export { type ApflOptions, buildApfl } from './apfl.js';
export { buildUnweightedFedAvg, buildWeightedFedAvg, type UnweightedFedAvgOptions, type WeightedFedAvgOptions } from './fed-avg.js';
export { buildFedEval, type FedEvalOptions } from './fed-eval.js';
export { buildFedKmeans, type FedKmeansOptions } from './fed-kmeans.js';
export { buildFedMultiModelEval } from './fed-multi-model-eval.js';
export { buildFedNova, type FedNovaOptions } from './fed-nova.js';
export {
  buildFedAdagrad,
  buildFedAdam,
  buildFedAvgM,
  buildFedYogi,
  type FedAdagradOptions,
  type FedAdamOptions,
  type FedAvgMOptions,
} from './fed-opt.js';
export { buildUnweightedFedProx, buildWeightedFedProx, type UnweightedFedProxOptions, type WeightedFedProxOptions } from './fed-prox.js';
export { buildFedRecon, type FedReconOptions } from './fed-recon.js';
export { buildFedReconEval, type FedReconEvalOptions } from './fed-recon-eval.js';
export { buildFedSgd, type FedSgdOptions } from './fed-sgd.js';
export { buildHypCluster, type HypClusterOptions } from './hyp-cluster.js';
export { type HypClusterStartOptions, hypClusterStart } from './hyp-cluster-start.js';
export { type KmeansPlusPlusOptions, kmeansPlusPlus } from './kmeans-plus-plus.js';
export { buildUnweightedMime, buildWeightedMime } from './mime.js';
export { buildUnweightedMimeLite, buildWeightedMimeLite, type UnweightedMimeOptions, type WeightedMimeOptions } from './mime-lite.js';
export {
  buildPersonalizationEval,
  type PersonalizationClient,
  type PersonalizationData,
  PersonalizationEval,
  type PersonalizationEvalOptions,
  type PersonalizationOutput,
  type PersonalizationStrategy,
} from './personalization-eval.js';
export { buildScaffold, type ScaffoldOptions } from './scaffold.js';
