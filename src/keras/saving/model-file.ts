/** Files that hold models, of every format: what loading needs of them. */
import type { Tensor } from '../../tensor.js';
import { isDictionary } from '../../tree.js';
import type { CompileConfig, Model } from '../engine/model.js';
import type { Weight } from '../engine/weight.js';

/** What a file holds: a model and its weights, or the weights alone. */
export interface ModelFile {
  /** Its name, for messages. */
  readonly name: string;
  /** The model's config in Keras 3's terms, though maybe in Keras 2's form; `undefined` where there are weights alone. */
  readonly config: unknown;
  /** What the model was compiled with. */
  readonly compileConfig: CompileConfig | null;
  /** Files that belong to layers, by path: `layers/string_lookup/vocabulary.txt`. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** The values of all weights of a model. @throws FileFormatError for one that is missing or does not fit */
  readonly weights: (model: Model) => ReadonlyMap<Weight, Tensor>;
}

export const NO_ASSETS: ReadonlyMap<string, Uint8Array> = new Map();

/** The compile config of any Keras, or `null` for none. Keras 2 and tfjs call the optimizer `optimizer_config`. */
export function compileConfig(config: unknown): CompileConfig | null {
  if (!isDictionary(config)) return null;
  const { optimizer = config.optimizer_config, loss, loss_weights: lossWeights, metrics } = config;
  const present = Object.entries({ optimizer, loss, lossWeights, metrics }).filter(([, value]) => value !== undefined && value !== null);
  return present.length === 0 ? null : Object.fromEntries(present);
}
