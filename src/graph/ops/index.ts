/** Functions that add TensorFlow ops to the graph of their inputs. */
export * from './array.js';
export * from './core.js';
export * from './math.js';
export * from './nn.js';
export * from './random.js';
export * from './reduce.js';
