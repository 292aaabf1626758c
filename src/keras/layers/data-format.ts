/** The option of layers over spatial axes that says where the channels are; the base of all layers does what it says. */
import { oneOf } from '../serialization/fields.js';

/**
 * `channels_last` (default) or `channels_first`, with the channels before the spatial axes. libtensorflow's kernels for CPUs want them last: a
 * layer with `channels_first` moves them there and back.
 */
export const dataFormat = oneOf(['channels_last', 'channels_first'], 'channels_last');
