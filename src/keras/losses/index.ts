/** All losses: factories for users, classes for files. A loss is added by an export and an entry in the list. */
import { isDictionary } from '../../tree.js';
import { type KerasConfig, Registry, type SerializableClass } from '../serialization/registry.js';
import { unwrapFunction } from '../serialization/wrapped-function.js';
import { BinaryCrossentropy } from './binary-crossentropy.js';
import { BinaryFocalCrossentropy } from './binary-focal-crossentropy.js';
import { CategoricalCrossentropy } from './categorical-crossentropy.js';
import { CategoricalFocalCrossentropy } from './categorical-focal-crossentropy.js';
import { CategoricalGeneralizedCrossEntropy } from './categorical-generalized-cross-entropy.js';
import { CategoricalHinge } from './categorical-hinge.js';
import { Circle } from './circle.js';
import { CosineSimilarity } from './cosine-similarity.js';
import { CTC } from './ctc.js';
import { Dice } from './dice.js';
import { Hinge } from './hinge.js';
import { Huber } from './huber.js';
import { KLDivergence } from './kl-divergence.js';
import { LogCosh } from './log-cosh.js';
import { Loss } from './loss.js';
import { MeanAbsoluteError } from './mean-absolute-error.js';
import { MeanAbsolutePercentageError } from './mean-absolute-percentage-error.js';
import { MeanSquaredError } from './mean-squared-error.js';
import { MeanSquaredLogarithmicError } from './mean-squared-logarithmic-error.js';
import { Poisson } from './poisson.js';
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';
import { SquaredHinge } from './squared-hinge.js';
import { Tversky } from './tversky.js';

export { type BinaryCrossentropyOptions, binaryCrossentropy } from './binary-crossentropy.js';
export { type BinaryFocalCrossentropyOptions, binaryFocalCrossentropy } from './binary-focal-crossentropy.js';
export { type CategoricalCrossentropyOptions, categoricalCrossentropy } from './categorical-crossentropy.js';
export { type CategoricalFocalCrossentropyOptions, categoricalFocalCrossentropy } from './categorical-focal-crossentropy.js';
export {
  type CategoricalGeneralizedCrossEntropyOptions,
  categoricalGeneralizedCrossEntropy,
} from './categorical-generalized-cross-entropy.js';
export { categoricalHinge } from './categorical-hinge.js';
export { type CircleOptions, circle } from './circle.js';
export { type CosineSimilarityOptions, cosineSimilarity } from './cosine-similarity.js';
export { ctc } from './ctc.js';
export { type DiceOptions, dice } from './dice.js';
export { fromFunction, type LossFunction } from './from-function.js';
export { hinge } from './hinge.js';
export { type HuberOptions, huber } from './huber.js';
export { klDivergence } from './kl-divergence.js';
export { logCosh } from './log-cosh.js';
export { Loss, type LossOptions, lossFields, type Reduction } from './loss.js';
export { meanAbsoluteError } from './mean-absolute-error.js';
export { meanAbsolutePercentageError } from './mean-absolute-percentage-error.js';
export { meanSquaredError } from './mean-squared-error.js';
export { meanSquaredLogarithmicError } from './mean-squared-logarithmic-error.js';
export { poisson } from './poisson.js';
export { type SparseCategoricalCrossentropyOptions, sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.js';
export { squaredHinge } from './squared-hinge.js';
export { type TverskyOptions, tversky } from './tversky.js';

const CLASSES = [
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  CategoricalHinge,
  Circle,
  CosineSimilarity,
  CTC,
  Dice,
  Hinge,
  Huber,
  KLDivergence,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
  Tversky,
];

export const lossRegistry = new Registry<Loss>('loss', Loss as never, CLASSES as unknown as SerializableClass<Loss>[]);

/** The loss of a Keras config `{ class_name, config }`, of Keras 3 or 2. @throws TypeError, ValueError */
export const deserialize = (config: KerasConfig): Loss => lossRegistry.deserialize(unwrapFunction(config, 'LossFunctionWrapper'), 'config');

/** The loss of a name, a config, or itself. @throws TypeError, ValueError */
export const get = (identifier: unknown): Loss =>
  isDictionary(identifier) ? deserialize(identifier as unknown as KerasConfig) : lossRegistry.get(identifier, 'loss');
