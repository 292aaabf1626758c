/** TFF's optimizers. */
export { type AdafactorOptions, adafactor } from './adafactor.js';
export { type AdagradOptions, adagrad } from './adagrad.js';
export { type AdamOptions, adam } from './adam.js';
export { type AdamwOptions, adamw } from './adamw.js';
export { type RmspropOptions, rmsprop } from './rmsprop.js';
export { type Schedule, scheduleLearningRate } from './schedule-learning-rate.js';
export { type SgdmOptions, sgdm } from './sgdm.js';
export { type YogiOptions, yogi } from './yogi.js';
