/** Gradients against central finite differences of the function itself, in float64. */
import { expect, test } from 'vitest';
import type { DType } from '../../src/dtype.js';
import { Computation } from '../../src/graph/computation.js';
import { gradients } from '../../src/graph/gradients.js';
import type { Output } from '../../src/graph/graph.js';
import { type Tensor, tensor } from '../../src/tensor.js';
import { type Shape, tensorSpec } from '../../src/tensor-spec.js';

/** An input that is differentiated in. */
export interface Input {
  readonly shape: readonly number[];
  /** The values lie in this range, `[-1, 1]` by default … */
  readonly range?: readonly [number, number];
  /** … or are these. */
  readonly values?: readonly number[];
}

/** How much is known of the inputs' shapes when the graph is built: all, all but the first axis, only the rank. */
export type Known = 'all' | 'all but the batch' | 'rank';

export interface Case {
  readonly inputs: readonly (Input | readonly number[])[];
  readonly fn: (...inputs: Output[]) => Output | readonly Output[];
  /** All three by default. */
  readonly known?: readonly Known[];
  /** `float64` by default; a kernel that has only `float32` is less exact. */
  readonly dtype?: 'float64' | 'float32';
  /** Half the distance of the two points; large for functions that are linear in float32. */
  readonly step?: number;
  readonly tolerance?: number;
}

/** Numbers that look random and are the same everywhere: fractional parts of multiples of the golden ratio, shuffled by a sine. */
export const numbers = (count: number, [low, high]: readonly [number, number] = [-1, 1], seed = 0): number[] =>
  Array.from({ length: count }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + (seed + 1) * 78.233) * 43758.5453;
    return low + (high - low) * (x - Math.floor(x));
  });

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const isShape = (input: Input | readonly number[]): input is readonly number[] => Array.isArray(input);

const floats = (values: readonly number[], shape: readonly number[], dtype: DType): Tensor =>
  dtype === 'float64' ? tensor(Float64Array.from(values), shape) : tensor(Float32Array.from(values), shape);

const SPEC: Readonly<Record<Known, (shape: readonly number[]) => Shape>> = {
  all: (shape) => shape,
  'all but the batch': (shape) => shape.map((s, axis) => (axis === 0 ? null : s)),
  rank: (shape) => shape.map(() => null),
};

const asList = (ys: Output | readonly Output[]): readonly Output[] => (Array.isArray(ys) ? ys : [ys]) as readonly Output[];
const dataOf = (t: Tensor): number[] => Array.from(t.data as Float64Array, Number);

/** The gradient that the graph computes and the numerical one, both of `Σ ys · r` for fixed numbers `r`. */
export async function compareGradients(c: Case, known: Known): Promise<{ computed: number[][]; numerical: number[][] }> {
  const dtype = c.dtype ?? 'float64';
  const inputs = c.inputs.map((input) => (isShape(input) ? { shape: input } : input));
  const specs = inputs.map(({ shape }) => tensorSpec(SPEC[known](shape), dtype));
  const points = inputs.map(({ shape, range, values }, i) => [...(values ?? numbers(size(shape), range, i))]);
  const feed = (values: readonly number[][]): Tensor[] => values.map((v, i) => floats(v, inputs[i]?.shape ?? [], dtype));

  let outputShapes: (Shape | null)[] = [];
  using forward = Computation.compile<Tensor[]>(specs, (xs) => {
    const ys = asList(c.fn(...(xs as Output[])));
    outputShapes = ys.map((y) => y.shape);
    return ys;
  });
  const results = await forward.run(feed(points));
  const directions = results.map((y, i) => numbers(y.size, [0.5, 1.5], 100 + i));
  const value = async (at: readonly number[][]): Promise<number> => {
    const ys = await forward.run(feed(at));
    return ys.reduce((total, y, k) => total + dataOf(y).reduce((sum, v, i) => sum + v * (directions[k]?.[i] as number), 0), 0);
  };

  const directionSpecs = results.map((y, i) => tensorSpec(outputShapes[i] ?? y.shape, y.dtype));
  using backward = Computation.compile<Tensor[]>([...specs, ...directionSpecs], (all) => {
    const xs = (all as Output[]).slice(0, specs.length);
    const found = gradients(asList(c.fn(...xs)), xs, (all as Output[]).slice(specs.length));
    return found.map((dx, i) => {
      if (dx === null) throw new Error(`no gradient for input ${i}`);
      return dx;
    });
  });
  const dys = results.map((y, i) => floats(directions[i] as number[], y.shape, y.dtype));
  const computed = await backward.run([...feed(points), ...dys]);
  computed.forEach((dx, i) => expect(dx.shape, `shape of the gradient of input ${i}`).toEqual(inputs[i]?.shape));

  const step = c.step ?? (dtype === 'float64' ? 1e-5 : 1e-2);
  const numerical: number[][] = [];
  for (const [i, point] of points.entries()) {
    const column: number[] = [];
    for (let k = 0; k < point.length; k++) {
      const shifted = (by: number): number[][] => points.map((p, j) => (j === i ? p.map((v, n) => (n === k ? v + by : v)) : p));
      column.push(((await value(shifted(step))) - (await value(shifted(-step)))) / (2 * step));
    }
    numerical.push(column);
  }
  return { computed: computed.map(dataOf), numerical };
}

/** One test per case and per knowledge of the shapes. */
export function testGradients(cases: Readonly<Record<string, Case>>): void {
  for (const [name, c] of Object.entries(cases)) {
    for (const known of c.known ?? (['all', 'all but the batch', 'rank'] as const)) {
      test(`${name}, known: ${known}`, async () => {
        const { computed, numerical } = await compareGradients(c, known);
        const tolerance = c.tolerance ?? (c.dtype === 'float32' ? 2e-3 : 1e-6);
        computed.forEach((dx, i) => {
          dx.forEach((value, k) => {
            const expected = numerical[i]?.[k] as number;
            const error = Math.abs(value - expected) / Math.max(1, Math.abs(expected));
            expect(error, `input ${i}, value ${k}: ${value} instead of ${expected}`).toBeLessThan(tolerance);
          });
        });
      });
    }
  }
}
