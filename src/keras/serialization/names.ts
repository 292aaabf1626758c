/** Keras's names in their three spellings: `SparseCategoricalCrossentropy`, `sparse_categorical_crossentropy`, `sparseCategoricalCrossentropy`. */

// Keras parts these stems from a following digit (`beta_1`), others not (`l2`, `relu6`).
const NUMBERED = /(beta|epsilon)(\d)/gi;

/** An option's name in a Keras config: `useBias` becomes `use_bias`, `beta1` becomes `beta_1`. */
export const snakeCase = (name: string): string => name.replace(NUMBERED, '$1_$2').replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** A config's key as an option's name: `use_bias` becomes `useBias`, `beta_1` becomes `beta1`. */
export const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** An object's default name from its class, as Keras makes it: `Conv2D` becomes `conv2d`, `LayerNormalization` `layer_normalization`. */
export const defaultName = (className: string): string =>
  className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** What all spellings of a name have in common: registries look it up by this. */
export const canonical = (name: string): string => name.replaceAll('_', '').toLowerCase();

const counts = new Map<string, number>();

/** `dense`, `dense_1`, …: a name that nothing in this process has had. */
export function uniqueName(stem: string): string {
  const count = counts.get(stem) ?? 0;
  counts.set(stem, count + 1);
  return count === 0 ? stem : `${stem}_${count}`;
}
