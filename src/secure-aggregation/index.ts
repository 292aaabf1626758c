/** Sums of clients' vectors of which the server sees nothing else: SecAgg and SecAgg+. */
export { SecureAggregationClient, type SecureAggregationClientOptions } from './client.js';
export { SecureAggregationError, type SecureAggregationReason } from './error.js';
export type { SecureAggregationOptions } from './parameters.js';
export { SecureAggregationServer } from './server.js';
export type { Vector } from './vectors.js';
