/**
 * Sums of many independent losses, with relative accuracy at any δ.
 *
 * Probabilities are multiplied by `e^(tilt · loss)` and scaled to 1 before they are convolved, and that is undone afterwards: the losses that
 * decide about δ are then the likely ones, and rounding of the Fourier transform is small against them, however small δ is.
 */
import { fft } from './fft.js';
import type { Losses } from './privacy-loss.js';

/** Losses of one round, so many times. */
export interface Component {
  readonly losses: Losses;
  readonly rounds: number;
}

/** The cumulants of the sum of finite losses under a tilt: `log E[e^(tilt · loss)]`, and mean and variance of what is tilted by it. */
export interface Cumulants {
  readonly log: number;
  readonly mean: number;
  readonly variance: number;
}

/** Cells that are weighted by repeated multiplication before the exponential function is called again. */
const BLOCK = 64;

/** Tilts at which {@link BLOCK} multiplications stay within numbers. */
export const largestTilt = (step: number): number => 8 / step;

/** Cumulants of one component's single round. */
function roundCumulants({ first, masses }: Losses, tilt: number, step: number): Cumulants {
  const factor = Math.exp(tilt * step);
  let scale = Number.NEGATIVE_INFINITY;
  let [total, firstMoment, secondMoment] = [0, 0, 0];
  for (let begin = 0; begin < masses.length; begin += BLOCK) {
    const end = Math.min(masses.length, begin + BLOCK);
    let [sum, byPlace, bySquare, weight] = [0, 0, 0, 1];
    for (let i = begin; i < end; i++) {
      const mass = weight * (masses[i] as number);
      sum += mass;
      byPlace += mass * i;
      bySquare += mass * i * i;
      weight *= factor;
    }
    if (sum === 0) continue;
    const exponent = tilt * step * (first + begin);
    if (exponent > scale) {
      const shrink = Math.exp(scale - exponent);
      [total, firstMoment, secondMoment, scale] = [total * shrink, firstMoment * shrink, secondMoment * shrink, exponent];
    }
    const grow = Math.exp(exponent - scale);
    total += grow * sum;
    firstMoment += grow * byPlace;
    secondMoment += grow * bySquare;
  }
  const mean = firstMoment / total;
  return {
    log: scale + Math.log(total),
    mean: step * (first + mean),
    variance: step ** 2 * Math.max(0, secondMoment / total - mean ** 2),
  };
}

export function cumulants(components: readonly Component[], tilt: number, step: number): Cumulants {
  const each = components.map(({ losses, rounds }) => ({ rounds, ...roundCumulants(losses, tilt, step) }));
  const sum = (key: keyof Cumulants): number => each.reduce((all, one) => all + one.rounds * one[key], 0);
  return { log: sum('log'), mean: sum('mean'), variance: sum('variance') };
}

/**
 * The tilt at which an increasing function of it and of its cumulants reaches a value, roughly: a tilt need not be exact.
 *
 * @param slope The function's derivative.
 */
export function findTilt(
  components: readonly Component[],
  step: number,
  value: number,
  at: (tilt: number, found: Cumulants) => number,
  slope: (tilt: number, found: Cumulants) => number,
  start: number,
): number {
  let [low, high, tilt] = [0, largestTilt(step), Math.min(start, largestTilt(step) / 2)];
  for (let i = 0; i < 30 && high - low > 0.01 * high; i++) {
    const found = cumulants(components, tilt, step);
    const missing = value - at(tilt, found);
    if (missing > 0) low = tilt;
    else high = tilt;
    const newton = tilt + missing / slope(tilt, found);
    if (Math.abs(newton - tilt) < 0.01 * tilt) return Math.min(high, Math.max(low, newton));
    // Outside of what is known there is halving, in logarithms where they span much.
    tilt = newton > low && newton < high ? newton : low > 0 ? Math.sqrt(low * high) : high / 16;
  }
  return low;
}

/** The distribution of the sum: `tilted[i] = e^(tilt · loss − log) · P(loss)` for the loss `(first + i) · step`. */
export interface TiltedSum {
  readonly first: number;
  readonly tilted: Float64Array;
  readonly tilt: number;
  readonly log: number;
  /** At most this much of the tilted distribution is missing or misplaced. */
  readonly error: number;
}

/** The log of a number that is nothing beside {@link OUTSIDE}. */
const NEGLIGIBLE = -50;

/** Tilted probability outside of the cells that are computed. */
const OUTSIDE = 1e-13;
export const MAX_CELLS = 2 ** 18;

/** The cells outside of which less than {@link OUTSIDE} of the tilted probability is, by Chernoff's bound. */
function windowOf(components: readonly Component[], tilt: number, step: number, { log, variance }: Cumulants): [number, number] {
  const sum = (edge: (losses: Losses) => number): number => components.reduce((all, { losses, rounds }) => all + rounds * edge(losses), 0);
  let low = sum(({ first }) => first);
  let high = sum(({ first, masses }) => first + masses.length - 1);
  const logOutside = Math.log(2 / OUTSIDE);
  const best = Math.sqrt((2 * logOutside) / Math.max(variance, step ** 2));
  for (const factor of [2, 1, 1 / 2, 1 / 4, 1 / 16, 1 / 64, 1 / 256]) {
    const turn = factor * best;
    if (tilt + turn < largestTilt(step))
      high = Math.min(high, Math.ceil((cumulants(components, tilt + turn, step).log - log + logOutside) / (turn * step)));
    if (turn - tilt < largestTilt(step))
      low = Math.max(low, Math.floor((log - cumulants(components, tilt - turn, step).log - logOutside) / (turn * step)));
  }
  return [low, high];
}

/** The tilted distribution of one round, around a circle of cells: what is beyond its end comes in at its beginning. */
function tiltedMasses({ first, masses }: Losses, tilt: number, step: number, size: number): Float64Array {
  const { log } = roundCumulants({ first, masses, infinity: 0 }, tilt, step);
  const circle = new Float64Array(size);
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i] as number;
    if (mass > 0) circle[i % size] = (circle[i % size] as number) + mass * Math.exp(tilt * step * (first + i) - log);
  }
  return circle;
}

/** The distribution of the sum under a tilt, or `undefined` where it needs more than {@link MAX_CELLS}. */
export function tiltedSum(components: readonly Component[], tilt: number, step: number): TiltedSum | undefined {
  const all = cumulants(components, tilt, step);
  const [low, high] = windowOf(components, tilt, step, all);
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(high - low + 1)));
  if (size > MAX_CELLS) return undefined;

  // A transform of real numbers is known by its first half; its logarithm and its angle add up over rounds.
  const half = size / 2;
  const logs = new Float64Array(half + 1);
  const angles = new Float64Array(half + 1);
  let offset = 0;
  for (const { losses, rounds } of components) {
    const real = tiltedMasses(losses, tilt, step, size);
    const imaginary = new Float64Array(size);
    fft(real, imaginary);
    for (let i = 0; i <= half; i++) {
      if ((logs[i] as number) < NEGLIGIBLE) continue;
      const re = real[i] as number;
      const im = imaginary[i] as number;
      logs[i] = (logs[i] as number) + (rounds / 2) * Math.log(re * re + im * im);
      angles[i] = (angles[i] as number) + rounds * Math.atan2(im, re);
    }
    offset += rounds * losses.first;
  }
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let i = 0; i <= half; i++) {
    if ((logs[i] as number) < NEGLIGIBLE) continue;
    const length = Math.exp(logs[i] as number);
    const opposite = (size - i) % size;
    real[i] = length * Math.cos(angles[i] as number);
    imaginary[i] = length * Math.sin(angles[i] as number);
    real[opposite] = real[i] as number;
    imaginary[opposite] = -(imaginary[i] as number);
  }
  fft(imaginary, real);
  const tilted = new Float64Array(high - low + 1);
  let place = (((low - offset) % size) + size) % size;
  for (let i = 0; i < tilted.length; i++) {
    tilted[i] = Math.max(0, (real[place] as number) / size);
    place = place + 1 === size ? 0 : place + 1;
  }
  const rounds = components.reduce((sum, component) => sum + component.rounds, 0);
  return { first: low, tilted, tilt, log: all.log, error: OUTSIDE + 1e-15 * rounds };
}
