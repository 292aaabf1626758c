/**
 * Seeded random numbers for JavaScript's side: initial weights, partitions, cohorts.
 *
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021), its state filled by
 * splitmix32 from the seed. Not for cryptography.
 */
import { checkInteger, checkNumber } from './validate.js';

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

export class Random {
  readonly #state = new Uint32Array(4);
  #spareNormal: number | undefined;

  /** @param seed Whole numbers; each list of them gives its own sequence. */
  constructor(...seed: readonly number[]) {
    let h = 0x9e3779b9 ^ seed.length;
    for (const part of seed) {
      checkInteger('seed', part);
      h = mix(h ^ (part | 0));
      h = mix(h ^ (Math.floor(part / 2 ** 32) | 0));
    }
    for (let i = 0; i < 4; i++) {
      h = (h + 0x9e3779b9) | 0;
      this.#state[i] = mix(h);
    }
  }

  /** Another one that goes on from here as this one does. */
  copy(): Random {
    const other = new Random();
    other.#state.set(this.#state);
    other.#spareNormal = this.#spareNormal;
    return other;
  }

  /** A whole number in `[0, 2^32)`. */
  uint32(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  /** Uniform in `[0, 1)`, with 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** Mean 0, standard deviation 1 (Box and Muller). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A whole number in `[0, n)`, without bias; `n` is 1 to 2^32. */
  integer(n: number): number {
    checkInteger('n', n, { min: 1, max: 2 ** 32 });
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % n;
    }
  }

  /** Gamma distributed with scale 1 (Marsaglia and Tsang, ACM TOMS 26(3), 2000). */
  gamma(shape: number): number {
    checkNumber('shape', shape, { min: 0, exclusive: true });
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** A place in a list of weights, none negative and not all 0, each as likely as its share of them. */
  categorical(weights: readonly number[]): number {
    let rest = this.uniform() * weights.reduce((a, b) => a + b, 0);
    for (const [i, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return i;
    }
    // Rounding left something over.
    return weights.findLastIndex((weight) => weight > 0);
  }

  /** A sample of the Dirichlet distribution: a share for each concentration, that sum to 1. */
  dirichlet(concentrations: readonly number[]): number[] {
    const draws = concentrations.map((concentration) => this.gamma(concentration));
    const total = draws.reduce((a, b) => a + b, 0);
    // With tiny concentrations every draw can underflow to 0: all mass then goes to one.
    if (total === 0) {
      const only = this.categorical(concentrations);
      return draws.map((_, i) => (i === only ? 1 : 0));
    }
    return draws.map((draw) => draw / total);
  }

  /** Puts a list into random order, in place (Fisher and Yates). */
  shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [values[i], values[j]] = [values[j] as T, values[i] as T];
    }
    return values;
  }

  /** `count` different whole numbers in `[0, n)`, in random order. */
  sample(n: number, count: number): number[] {
    checkInteger('count', count, { min: 0, max: n });
    const swapped = new Map<number, number>();
    return Array.from({ length: count }, (_, i) => {
      const j = i + this.integer(n - i);
      const picked = swapped.get(j) ?? j;
      swapped.set(j, swapped.get(i) ?? i);
      return picked;
    });
  }
}

function mix(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
