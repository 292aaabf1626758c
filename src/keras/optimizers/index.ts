export { Optimizer } from './optimizer.js';
