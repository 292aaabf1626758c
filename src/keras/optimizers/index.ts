/** All optimizers: factories for users, classes for files. An optimizer is added by an export and an entry in the list. */
import type { SerializableClass } from '../serialization/registry.js';
import { Adadelta } from './adadelta.js';
import { Adafactor } from './adafactor.js';
import { Adagrad } from './adagrad.js';
import { Adam } from './adam.js';
import { Adamax } from './adamax.js';
import { AdamW } from './adamw.js';
import { Ftrl } from './ftrl.js';
import { Lamb } from './lamb.js';
import { Lion } from './lion.js';
import { LossScaleOptimizer } from './loss-scale-optimizer.js';
import { MultiOptimizer } from './multi-optimizer.js';
import { Muon } from './muon.js';
import { Nadam } from './nadam.js';
import type { Optimizer } from './optimizer.js';
import { optimizerRegistry } from './optimizer-registry.js';
import { RMSprop } from './rmsprop.js';
import { ScheduleFreeAdamW } from './schedule-free-adamw.js';
import { SGD } from './sgd.js';

export { type AdadeltaOptions, adadelta } from './adadelta.js';
export { type AdafactorOptions, adafactor } from './adafactor.js';
export { type AdagradOptions, adagrad } from './adagrad.js';
export { type AdamOptions, adam } from './adam.js';
export { type AdamaxOptions, adamax } from './adamax.js';
export { type AdamWOptions, adamw } from './adamw.js';
export { type FtrlOptions, ftrl } from './ftrl.js';
export { type LambOptions, lamb } from './lamb.js';
export { type LionOptions, lion } from './lion.js';
export { type LossScaleOptimizerOptions, lossScaleOptimizer } from './loss-scale-optimizer.js';
export { type MultiOptimizerOptions, multiOptimizer } from './multi-optimizer.js';
export { type MuonOptions, muon } from './muon.js';
export { type NadamOptions, nadam } from './nadam.js';
export { Optimizer } from './optimizer.js';
export { type OptimizerMapOptions, optimizerMap } from './optimizer-map.js';
export { type RMSpropOptions, rmsprop } from './rmsprop.js';
export { type ScheduleFreeAdamWOptions, scheduleFreeAdamw } from './schedule-free-adamw.js';
export * as schedules from './schedules/index.js';
export { type SGDOptions, sgd } from './sgd.js';

const CLASSES = [
  SGD,
  RMSprop,
  Adam,
  AdamW,
  Adadelta,
  Adagrad,
  Adamax,
  Nadam,
  Ftrl,
  Adafactor,
  Lion,
  Lamb,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  ScheduleFreeAdamW,
];

for (const cls of CLASSES) optimizerRegistry.register(cls as unknown as SerializableClass<Optimizer>);

export { deserialize, get, optimizerRegistry } from './optimizer-registry.js';
