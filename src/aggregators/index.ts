/** How clients' values are combined. */
export { type AggregationOutput, AggregationProcess } from './aggregation-process.js';
export { type AggregationStep, Aggregator, type AggregatorParts, type Combined, type Contribution } from './aggregator.js';
export { type MeanOptions, mean } from './mean.js';
export { sum } from './sum.js';
export { type UnweightedMeanOptions, unweightedMean } from './unweighted-mean.js';
