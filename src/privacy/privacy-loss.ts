/**
 * The distribution of the loss of privacy in one round, on a grid, in both directions: a client leaves, or comes.
 *
 * The loss is the log of how much likelier the outcome is with the data that there is than with its neighbour's. Between two points of the grid
 * the probability is divided such that it and that of the neighbour are kept ("Connect the dots"): δ is never below the truth, exact at the
 * points, and off by the square of the step between. Doroshenko, Ghazi, Kamath, Kumar and Manurangsi, PoPETs 2022, https://arxiv.org/abs/2207.04380.
 */
import { sampledLoss, unsampledRatio } from './logarithms.js';
import type { Mechanism } from './mechanism.js';

/** Probabilities of losses `first · step`, `(first + 1) · step`, …, and of an infinite one. */
export interface Losses {
  readonly first: number;
  readonly masses: Float64Array;
  readonly infinity: number;
}

export interface RoundLosses {
  readonly leave: Losses;
  readonly come: Losses;
}

/** Gauss and Legendre's points in [0, 1] with their weights: two for intervals in which the density hardly changes, else four. */
interface Rule {
  readonly points: readonly number[];
  readonly weights: readonly number[];
}
const OUTER = Math.sqrt(3 / 7 + (2 / 7) * Math.sqrt(6 / 5)) / 2;
const INNER = Math.sqrt(3 / 7 - (2 / 7) * Math.sqrt(6 / 5)) / 2;
const [LIGHT, HEAVY] = [(18 - Math.sqrt(30)) / 72, (18 + Math.sqrt(30)) / 72];
const NARROW: Rule = { points: [0.5 - Math.sqrt(1 / 12), 0.5 + Math.sqrt(1 / 12)], weights: [0.5, 0.5] };
const WIDE: Rule = { points: [0.5 - OUTER, 0.5 - INNER, 0.5 + INNER, 0.5 + OUTER], weights: [LIGHT, HEAVY, HEAVY, LIGHT] };

/** Outcomes one by one, by intervals between given points: `see` gets the outcome and the length that it stands for. */
function integrate(from: number, to: number, width: number, see: (x: number, length: number) => void): void {
  const parts = Math.max(1, Math.ceil((to - from) / (0.05 * width)));
  const length = (to - from) / parts;
  const { points, weights } = length < 0.002 * width ? NARROW : WIDE;
  for (let part = 0; part < parts; part++)
    for (let i = 0; i < points.length; i++) see(from + (part + (points[i] as number)) * length, (weights[i] as number) * length);
}

/** So little probability is counted as an infinite loss: at a tail's extreme it would else stretch the grid and decide about tilts. */
const NEVER = 1e-20;

/** The smallest and the largest finite loss where a client leaves. */
function finiteEnds({ noise, samplingProbability: q }: Mechanism): [number, number] {
  const ratios = [noise.below, noise.above].flatMap((tail) =>
    tail.without + tail.with < NEVER ? [tail.nearest] : [tail.nearest, tail.extreme],
  );
  const finite = [0, ...ratios.map((ratio) => sampledLoss(q, ratio)).filter(Number.isFinite)];
  return [Math.min(...finite), Math.max(...finite)];
}

/** The variance of a round's loss, in the direction where it is less, and how far apart losses are at most. */
export function lossScale(mechanism: Mechanism): { readonly variance: number; readonly reach: number } {
  const { noise, samplingProbability: q } = mechanism;
  const moments = [
    [0, 0, 0],
    [0, 0, 0],
  ] as [number, number, number][];
  const see = (without: number, withClient: number, loss: number): void => {
    [without, (1 - q) * without + q * withClient].forEach((mass, i) => {
      moments[i] = (moments[i] as number[]).map((sum, power) => sum + mass * loss ** power) as [number, number, number];
    });
  };
  integrate(...noise.range, noise.width, (x, length) =>
    see(length * noise.density(x), length * noise.density(x - 1), sampledLoss(q, noise.ratio(x))),
  );
  for (const { without, with: withClient, nearest } of [noise.below, noise.above]) {
    const loss = sampledLoss(q, nearest);
    if (Number.isFinite(loss)) see(without, withClient, loss);
  }
  const [from, to] = finiteEnds(mechanism);
  return { variance: Math.min(...moments.map(([mass, first, second]) => (mass > 0 ? second - first ** 2 / mass : 0))), reach: to - from };
}

class Grid {
  readonly first: number;
  readonly masses: Float64Array;
  readonly #step: number;
  #infinity = 0;

  constructor(first: number, last: number, step: number) {
    this.first = first;
    this.masses = new Float64Array(last - first + 1);
    this.#step = step;
  }

  /** Adds probability between `cell · step` and the next point. */
  add(mass: number, loss: number, cell: number): void {
    const upper = Math.expm1(cell * this.#step - loss) / Math.expm1(-this.#step);
    const share = Math.min(1, Math.max(0, upper)) * mass;
    const at = cell - this.first;
    this.masses[at] = (this.masses[at] as number) + mass - share;
    this.masses[at + 1] = (this.masses[at + 1] as number) + share;
  }

  /** Adds a tail's probability. */
  addTail(mass: number, loss: number): void {
    if (mass < NEVER || loss === Number.POSITIVE_INFINITY) this.#infinity += mass;
    else this.add(mass, loss, Math.floor(loss / this.#step));
  }

  losses(): Losses {
    return { first: this.first, masses: this.masses, infinity: this.#infinity };
  }
}

/** The losses of a round on the grid of a step. */
export function roundLosses(mechanism: Mechanism, step: number): RoundLosses {
  const { noise, samplingProbability: q } = mechanism;
  const lossOf = (ratio: number): number => sampledLoss(q, ratio);
  const { below, above } = noise;
  const [first, last] = finiteEnds(mechanism).map((loss) => Math.floor(loss / step)) as [number, number];
  const leave = new Grid(first, last + 1, step);
  const come = new Grid(-last - 1, -first + 1, step);
  const withClient = (withoutMass: number, mass: number): number => (1 - q) * withoutMass + q * mass;
  leave.addTail(withClient(below.without, below.with), lossOf(below.nearest));
  leave.addTail(withClient(above.without, above.with), lossOf(above.extreme));
  come.addTail(below.without, -lossOf(below.extreme));
  come.addTail(above.without, -lossOf(above.nearest));

  let [from, to] = noise.range;
  const end = to;
  for (let cell = Math.floor(lossOf(noise.ratio(from)) / step); from < end; cell++, from = to) {
    to = Math.min(end, Math.max(from, noise.inverse(unsampledRatio(q, (cell + 1) * step))));
    if (to === from) continue;
    integrate(from, to, noise.width, (x, length) => {
      const loss = lossOf(noise.ratio(x));
      const without = length * noise.density(x);
      leave.add(withClient(without, length * noise.density(x - 1)), loss, cell);
      come.add(without, -loss, -cell - 1);
    });
  }
  return { leave: leave.losses(), come: come.losses() };
}
