/** Checks for layers, losses, metrics and optimizers of your own: they throw `AssertionError`s, in any test runner (docs/own-layers.md). */
export { checkLayer, type LayerCase } from './check-layer.js';
export { checkLoss, type LossCase } from './check-loss.js';
export { checkMetric, type MetricBatch, type MetricCase } from './check-metric.js';
export { checkOptimizer, type OptimizerCase, type OptimizerFixture } from './check-optimizer.js';
