/** Initializers by name. */
import { type Field, field } from '../serialization/fields.js';
import { type Identifier, Registry } from '../serialization/registry.js';
import { Constant, Identity, Ones, Zeros } from './constants.js';
import { Initializer } from './initializer.js';
import { Orthogonal } from './orthogonal.js';
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js';
import { STFT } from './stft.js';
import { GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling } from './variance-scaling.js';

export { constant, identity, ones, zeros } from './constants.js';
export { Initializer } from './initializer.js';
export { orthogonal } from './orthogonal.js';
export { randomNormal, randomUniform, truncatedNormalInitializer as truncatedNormal } from './random.js';
export { stft } from './stft.js';
export { glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform, varianceScaling } from './variance-scaling.js';

export const initializerRegistry = new Registry<Initializer>('initializer', Initializer as never, [
  Zeros,
  Ones,
  Constant,
  Identity,
  Orthogonal,
  RandomUniform,
  RandomNormal,
  TruncatedNormal,
  VarianceScaling,
  GlorotUniform,
  GlorotNormal,
  HeUniform,
  HeNormal,
  LecunUniform,
  LecunNormal,
  STFT,
]);

/** An initializer, its name or its config. */
export const initializer = (fallback: string): Field<Identifier<Initializer>, Initializer, false> =>
  field<Identifier<Initializer>, Initializer>(
    (name, value) => initializerRegistry.get(value, name),
    (value) => value.serialize('keras.initializers'),
    fallback,
  );
