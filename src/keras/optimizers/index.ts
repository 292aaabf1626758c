/** All optimizers: factories for users, classes for files. An optimizer is added by an export and an entry in the list. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { canonical } from '../serialization/names.js';
import { type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';
import { Adadelta } from './adadelta.js';
import { Adafactor } from './adafactor.js';
import { Adagrad } from './adagrad.js';
import { Adam } from './adam.js';
import { Adamax } from './adamax.js';
import { AdamW } from './adamw.js';
import { Ftrl } from './ftrl.js';
import { Lamb } from './lamb.js';
import { modernConfig } from './legacy-config.js';
import { Lion } from './lion.js';
import { Muon } from './muon.js';
import { Nadam } from './nadam.js';
import { Optimizer } from './optimizer.js';
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
export { type MuonOptions, muon } from './muon.js';
export { type NadamOptions, nadam } from './nadam.js';
export { Optimizer } from './optimizer.js';
export { type RMSpropOptions, rmsprop } from './rmsprop.js';
export { type ScheduleFreeAdamWOptions, scheduleFreeAdamw } from './schedule-free-adamw.js';
export * as schedules from './schedules/index.js';
export { type SGDOptions, sgd } from './sgd.js';

const CLASSES = [SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Nadam, Ftrl, Adafactor, Lion, Lamb, Muon, ScheduleFreeAdamW];

export const optimizerRegistry = new Registry<Optimizer>(
  'optimizer',
  Optimizer as never,
  CLASSES as unknown as SerializableClass<Optimizer>[],
);

/** Keras's optimizers that there are not, and what to do instead. */
export const unsupportedOptimizers: Readonly<Record<string, string>> = {
  LossScaleOptimizer:
    'it repeats and skips steps by the gradients it sees; give its inner optimizer, with `lossScaleFactor` where float16 needs one (bfloat16 does not)',
  MultiOptimizer: 'it has an optimizer per layer, and here one optimizer updates all weights',
};

/** The optimizer of a Keras config `{ class_name, config }`, of Keras 3 or 2. @throws TypeError, ValueError */
export function deserialize(config: KerasConfig): Optimizer {
  const refused = Object.keys(unsupportedOptimizers).find((name) => canonical(name) === canonical(String(config?.class_name)));
  if (refused !== undefined) throw new ValueError(`the optimizer \`${refused}\` is not supported: ${unsupportedOptimizers[refused]}`);
  return optimizerRegistry.deserialize(modernConfig(config), 'config');
}

/** The optimizer of a name, a config, or itself. @throws TypeError, ValueError */
export function get(identifier: unknown): Optimizer {
  if (typeof identifier === 'string') return deserialize({ class_name: identifier, config: {} });
  return isDictionary(identifier) ? deserialize(identifier as unknown as KerasConfig) : optimizerRegistry.get(identifier, 'optimizer');
}
