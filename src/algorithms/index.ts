/** Federated algorithms. */
export { buildUnweightedFedAvg, buildWeightedFedAvg, type UnweightedFedAvgOptions, type WeightedFedAvgOptions } from './fed-avg.js';
export { buildFedEval, type FedEvalOptions } from './fed-eval.js';
export { buildFedRecon, type FedReconOptions } from './fed-recon.js';
export { buildFedReconEval, type FedReconEvalOptions } from './fed-recon-eval.js';
