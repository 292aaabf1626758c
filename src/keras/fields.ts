/** What the options of a layer of one's own are declared with: see docs/own-layers.md. */
export { activation } from './activations/index.js';
export { constraint } from './constraints/index.js';
export { initializer } from './initializers/index.js';
export { layerField as layer } from './layers/layer-registry.js';
export { regularizer } from './regularizers/index.js';
export { boolean, field, integer, list, number, oneOf, optional, spatial, string } from './serialization/fields.js';
