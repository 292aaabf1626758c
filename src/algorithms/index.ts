/** Federated algorithms. */
export { buildUnweightedFedAvg, buildWeightedFedAvg, type UnweightedFedAvgOptions, type WeightedFedAvgOptions } from './fed-avg.js';
export { buildFedEval, type FedEvalOptions } from './fed-eval.js';
