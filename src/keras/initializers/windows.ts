/** Windows of signals, by the names that scipy.signal.get_window has for those without parameters. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { checkOneOf } from '../../validate.js';
import { type Field, field, list, number } from '../serialization/fields.js';

/** The value of place `n` in a symmetric window of `size` places. */
type Shape = (n: number, size: number) => number;

/** A sum of cosines: Nuttall, IEEE Transactions on Acoustics, Speech, and Signal Processing 29(1), 1981. */
const cosines =
  (...factors: readonly number[]): Shape =>
  (n, size) =>
    factors.reduce((total, a, k) => total + a * Math.cos(k * (2 * Math.PI * (n / (size - 1)) - Math.PI)), 0);

/** How many places there are on the nearer side. */
const side = (n: number, size: number): number => Math.min(n, size - 1 - n);
/** The distance from the middle: 0 there, 1 at both ends. */
const distance = (n: number, size: number): number => Math.abs((2 * n) / (size - 1) - 1);

function parzen(n: number, size: number): number {
  const away = Math.abs(n - (size - 1) / 2);
  const d = away / (size / 2);
  return away <= (size - 1) / 4 ? 1 - 6 * d ** 2 + 6 * d ** 3 : 2 * (1 - d) ** 3;
}

// The series of three cosines whose four nearest side lobes are 30 dB below the main one.
const TAYLOR = [0.2926560110171551, -0.01578375064105314, 0.0021810393128200286];
function taylor(n: number, size: number): number {
  const series = (at: number): number =>
    TAYLOR.reduce((total, f, m) => total + 2 * f * Math.cos((2 * Math.PI * (m + 1) * (at - size / 2 + 0.5)) / size), 1);
  return series(n) / series((size - 1) / 2);
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'barthann brthan bth': (n, size) => 0.62 - 0.24 * distance(n, size) + 0.38 * Math.cos(Math.PI * distance(n, size)),
  'bartlett bart brt': (n, size) => 1 - distance(n, size),
  'blackman black blk': cosines(0.42, 0.5, 0.08),
  'blackmanharris blackharr bkh': cosines(0.35875, 0.48829, 0.14128, 0.01168),
  'bohman bman bmn': (n, size) => {
    const d = distance(n, size);
    return (1 - d) * Math.cos(Math.PI * d) + Math.sin(Math.PI * d) / Math.PI;
  },
  'boxcar box ones rect rectangular': () => 1,
  'cosine halfcosine': (n, size) => Math.sin((Math.PI / size) * (n + 0.5)),
  'exponential poisson': (n, size) => Math.exp(-Math.abs(n - (size - 1) / 2)),
  'flattop flat flt': cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
  'hamming hamm ham': cosines(0.54, 0.46),
  'hann han': cosines(0.5, 0.5),
  'lanczos sinc': (n, size) => {
    const x = Math.PI * distance(n, size);
    return x === 0 ? 1 : Math.sin(x) / x;
  },
  'nuttall nutl nut': cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
  'parzen parz par': parzen,
  'taylor taylorwin': taylor,
  'triangle triang tri': (n, size) => (size % 2 === 0 ? (2 * side(n, size) + 1) / size : (2 * (side(n, size) + 1)) / (size + 1)),
  'tukey tuk': (n, size) => {
    const places = side(n, size);
    return places <= Math.floor((size - 1) / 4) ? 0.5 * (1 + Math.cos(Math.PI * ((4 * places) / (size - 1) - 1))) : 1;
  },
};
const BY_NAME = new Map(Object.entries(SHAPES).flatMap(([names, shape]) => names.split(' ').map((name) => [name, shape] as const)));

/** The name of a window, or its values. */
export type Window = string | readonly number[];

/** A window by one of the `names` (any by default) or by its values, or none; `hann` by default. */
export const windowField = (names: readonly string[] = [...BY_NAME.keys()]): Field<Window | object | null, Window | null, false> =>
  field<Window | object | null, Window | null>(
    (name, value) => {
      if (value === null) return null;
      if (typeof value === 'string') return checkOneOf(name, value, names);
      // Keras writes arrays as { class_name: '__numpy__', config: { value, dtype } }.
      return list(number()).parse(name, isDictionary(value) && isDictionary(value.config) ? value.config.value : value);
    },
    (value) => value,
    'hann',
  );

/**
 * The values of a window of `length` places.
 *
 * @param periodic Whether a named window is symmetric with the place that follows it, as pieces of a longer signal want it.
 * @throws ValueError for another number of values.
 */
export function windowValues(window: Window, length: number, periodic: boolean): Float64Array {
  if (typeof window !== 'string') {
    if (window.length !== length) throw new ValueError(`\`window\` must have ${length} values, as a frame has, received ${window.length}`);
    return Float64Array.from(window);
  }
  const shape = BY_NAME.get(window) as Shape;
  return Float64Array.from({ length }, (_, n) => (length === 1 ? 1 : shape(n, periodic ? length + 1 : length)));
}
