/** Keras: models, layers, losses, metrics and what belongs to them. */
export * as activations from './activations/index.js';
export * as constraints from './constraints/index.js';
export { setDTypePolicy } from './engine/dtype-policy.js';
export { Functional, type ModelOptions, model } from './engine/functional.js';
export { type InputOptions, input } from './engine/input.js';
export { KerasTensor } from './engine/keras-tensor.js';
export { type CallArguments, Layer, type LayerOptions } from './engine/layer.js';
export { Model } from './engine/model.js';
export { Sequential, sequential } from './engine/sequential.js';
export * as initializers from './initializers/index.js';
export { setRandomSeed } from './initializers/initializer.js';
export * as layers from './layers/index.js';
export { registerLayer } from './layers/layer-registry.js';
export * as losses from './losses/index.js';
export * as metrics from './metrics/index.js';
export * as optimizers from './optimizers/index.js';
export * as regularizers from './regularizers/index.js';
export { type LoadModelOptions, loadModel } from './saving/load-model.js';
