/**
 * What every optimizer must do, as tests: a new optimizer's file calls `checkOptimizer` with numbers that somebody else computed.
 *
 * The numbers in the tests of Keras's optimizers are Keras 3.15.1's (TensorFlow 2.21, CPU), for the weights and gradients of `FIXTURE`:
 *
 *     weights = [keras.Variable(np.array(w, 'float32')) for w in W]
 *     for g in G: optimizer.apply_gradients(zip([tf.constant(x, 'float32') for x in g], weights)); print(weights)
 */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import { Computation } from '../../../src/graph/computation.js';
import type { Output } from '../../../src/graph/graph.js';
import { whileLoop } from '../../../src/graph/loop.js';
import { gather } from '../../../src/graph/ops/array.js';
import { add, less } from '../../../src/graph/ops/math.js';
import type { Optimizer, OptimizerState, Slots } from '../../../src/keras/optimizers/optimizer.js';
import { optionsFromConfig } from '../../../src/keras/serialization/fields.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../../../src/tree.js';

/** Weights, and the gradients of each step. */
export interface Fixture {
  readonly weights: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly gradients: readonly (readonly (readonly number[])[])[];
}

/** A matrix and a vector, four steps. */
export const FIXTURE: Fixture = {
  weights: [
    { shape: [2, 2], data: [1, -2, 0.5, 3] },
    { shape: [2], data: [0.25, -1.5] },
  ],
  gradients: [
    [
      [0.5, -1, 2, 0.1],
      [-0.3, 0.7],
    ],
    [
      [-0.2, 0.4, 1, -3],
      [0.6, 0.05],
    ],
    [
      [0.9, 0, -1.5, 0.25],
      [-1.2, 0.8],
    ],
    [
      [0.3, -0.6, 0.7, 1.1],
      [0.4, -2],
    ],
  ],
};

/** What is known of an optimizer. */
export interface OptimizerChecks<O> {
  /** By whatever computed the numbers: options, and all weights in one list after each step. */
  readonly steps: Readonly<Record<string, readonly [O, readonly (readonly number[])[]]>>;
  /** Options that must be refused, with what the message must match. */
  readonly refused?: readonly (readonly [Partial<O>, RegExp])[];
  /** Whether it can be made again from its config; `true` by default. */
  readonly serializable?: boolean;
  readonly fixture?: Fixture;
}

type Float = 'float32' | 'float64' | 'bfloat16';

/** The numbers rounded to `bfloat16`, as bits. */
function bfloat16(values: readonly number[]): Uint16Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (b) => (b + 0x7fff + ((b >>> 16) & 1)) >>> 16);
}

const make = (data: readonly number[], shape: readonly number[], dtype: Float): Tensor =>
  dtype === 'bfloat16'
    ? (tensor(bfloat16(data), shape, dtype) as Tensor)
    : dtype === 'float64'
      ? (tensor(Float64Array.from(data), shape, dtype) as Tensor)
      : (tensor(Float32Array.from(data), shape, dtype) as Tensor);

/** All values in one list. */
export const valuesOf = (tensors: readonly Tensor[]): number[] =>
  tensors.flatMap((t) =>
    t.dtype === 'bfloat16'
      ? Array.from(t.data as Uint16Array, (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number)
      : Array.from(t.data as Float32Array, Number),
  );

export function expectClose(actual: readonly number[], expected: readonly number[], relative = 1e-4, absolute = 1e-5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((e, i) => {
    expect(Math.abs((actual[i] as number) - e), `value ${i}: ${actual[i]}, expected ${e}`).toBeLessThanOrEqual(
      absolute + relative * Math.abs(e),
    );
  });
}

const weightsOf = (fixture: Fixture, dtype: Float = 'float32'): Tensor[] =>
  fixture.weights.map(({ shape, data }) => make(data, shape, dtype));
const gradientsOf = (fixture: Fixture, step: number, dtype: Float = 'float32'): Tensor[] =>
  (fixture.gradients[step] as number[][]).map((data, i) => make(data, fixture.weights[i]?.shape as number[], dtype));
const plain = (state: OptimizerState): unknown =>
  mapTree(state as Tree<Tensor>, (t) => ({ dtype: t.dtype, shape: t.shape, data: Array.from(t.data as Float32Array, Number) }) as never);

/** The weights after each step. */
export async function run(optimizer: Optimizer, fixture: Fixture = FIXTURE, dtype: Float = 'float32'): Promise<number[][]> {
  using process = optimizer.create(fixture.weights.map(({ shape }) => tensorSpec(shape, dtype)));
  let state = await process.initialize();
  let weights: readonly Tensor[] = weightsOf(fixture, dtype);
  const all: number[][] = [];
  for (let i = 0; i < fixture.gradients.length; i++) {
    ({ state, weights } = await process.next(state, weights, gradientsOf(fixture, i, dtype)));
    all.push(valuesOf(weights));
  }
  return all;
}

/** The weights after the last step, all steps being one loop in a graph: how clients train. */
async function runInLoop(optimizer: Optimizer, fixture: Fixture): Promise<number[]> {
  const specs = fixture.weights.map(({ shape }) => tensorSpec(shape, 'float32'));
  using computation = Computation.compile([], (_, graph) => {
    const hparams = Object.fromEntries(Object.entries(optimizer.hparams).map(([name, value]) => [name, graph.constant(value, 'float32')]));
    const slots = optimizer.slots(graph, specs);
    const all = fixture.weights.map(({ shape }, i) =>
      graph.constant(
        fixture.gradients.flatMap((g) => g[i] as number[]),
        'float32',
        [fixture.gradients.length, ...shape],
      ),
    );
    const like: Tree<Output> = [
      graph.constant(0, 'int32'),
      slots,
      fixture.weights.map(({ data, shape }) => graph.constant([...data], 'float32', shape)),
    ];
    const final = whileLoop(
      graph,
      flatten(like),
      ([i]) => less(i as Output, fixture.gradients.length),
      (variables) => {
        const [i, s, w] = unflatten(like, variables) as [Output, Slots<Output>, Output[]];
        const step = optimizer.step(
          hparams,
          s,
          w,
          all.map((g) => gather(g, i)),
        );
        return flatten([add(i, 1), step.slots, step.weights] as Tree<Output>);
      },
    );
    return (unflatten(like, final) as [Output, Slots<Output>, Output[]])[2];
  });
  return valuesOf((await computation.run([])) as Tensor[]);
}

/** Registers the tests of an optimizer. */
export function checkOptimizer<O extends object>(factory: (options: O) => Optimizer, checks: OptimizerChecks<NoInfer<O>>): void {
  const fixture = checks.fixture ?? FIXTURE;
  const specs = fixture.weights.map(({ shape }) => tensorSpec(shape, 'float32'));

  describe.each(Object.entries(checks.steps))('%s', (_, [options, expected]) => {
    it('makes the same steps', async () => {
      const steps = await run(factory(options), fixture);
      expect(steps.length).toBe(expected.length);
      for (const [i, weights] of steps.entries()) expectClose(weights, expected[i] as number[]);
    });

    it('makes the same steps in a loop', async () => {
      expectClose(await runInLoop(factory(options), fixture), expected.at(-1) as number[]);
    });

    it('works on float64 and bfloat16 weights', async () => {
      expectClose((await run(factory(options), fixture, 'float64')).at(-1) as number[], expected.at(-1) as number[]);
      expectClose((await run(factory(options), fixture, 'bfloat16'))[0] as number[], expected[0] as number[], 0.02, 0.02);
    });

    it('leaves weights without a gradient, and its arguments, as they are', async () => {
      const process = factory(options).create(specs);
      const first = await process.next(await process.initialize(), weightsOf(fixture), gradientsOf(fixture, 0));
      const before = [plain(first.state), valuesOf(first.weights)];
      const none = await process.next(first.state, first.weights, [null, ...gradientsOf(fixture, 1).slice(1)]);
      expect([plain(first.state), valuesOf(first.weights)]).toEqual(before);
      // Where the weights become their average every second step, that is not the gradient's doing.
      if (!('emaOverwriteFrequency' in options)) expect(none.weights[0]?.data).toEqual(first.weights[0]?.data);
      for (const [name, slot] of Object.entries(none.state)) {
        const old = first.state[name];
        if (Array.isArray(slot) && name !== 'average' && name !== 'gradientAccumulator')
          expect((slot[0] as Tensor).data).toEqual((old as Tensor[])[0]?.data);
        if (name === 'step' && first.state.microStep === undefined)
          expect((slot as Tensor).data[0]).toBe(((old as Tensor).data[0] as number) + 1);
      }
      const again = await process.next(first.state, first.weights, gradientsOf(fixture, 1));
      const twice = await process.next(first.state, first.weights, gradientsOf(fixture, 1));
      expect(valuesOf(again.weights)).toEqual(valuesOf(twice.weights));
    });

    it('goes on from a state that was written as JSON', async () => {
      const process = factory(options).create(specs);
      const first = await process.next(await process.initialize(), weightsOf(fixture), gradientsOf(fixture, 0));
      const read = mapTree(first.state as Tree<Tensor>, (t) => {
        const { dtype, shape, data } = JSON.parse(JSON.stringify({ ...t, data: Array.from(t.data as Float32Array) }));
        return tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), shape, dtype) as Tensor;
      }) as OptimizerState;
      const next = await process.next(read, first.weights, gradientsOf(fixture, 1));
      expectClose(valuesOf(next.weights), expected[1] as number[]);
    });

    if (checks.serializable ?? true) {
      it('is made again from its config', async () => {
        const optimizer = factory(options);
        const Class = optimizer.constructor as unknown as new (options: object) => Optimizer;
        const copy = new Class(optionsFromConfig(JSON.parse(JSON.stringify(optimizer.getConfig()))));
        expect(copy.getConfig()).toEqual(optimizer.getConfig());
        expectClose((await run(copy, fixture)).at(-1) as number[], expected.at(-1) as number[]);
      });
    }

    it('gives and takes hyper-parameters', async () => {
      const optimizer = factory(options);
      const process = optimizer.create(specs);
      const state = await process.initialize();
      const hparams = process.getHparams(state);
      expectClose(Object.values(hparams), Object.values(optimizer.hparams), 1e-6, 0);
      for (const name of Object.keys(hparams)) {
        const other = process.setHparams(state, { [name]: 0.125 });
        expect(process.getHparams(other)).toEqual({ ...hparams, [name]: 0.125 });
        expect(process.getHparams(state)).toEqual(hparams);
        const next = await process.next(other, weightsOf(fixture), gradientsOf(fixture, 0));
        expect(process.getHparams(next.state)).toEqual({ ...hparams, [name]: 0.125 });
      }
      expect(() => process.setHparams(state, { nonsense: 1 })).toThrow(TypeError);
    });
  });

  const [options] = Object.values(checks.steps)[0] as readonly [O, unknown];

  it('refuses what does not fit', async () => {
    const process = factory(options).create(specs);
    const state = await process.initialize();
    const [weights, gradients] = [weightsOf(fixture), gradientsOf(fixture, 0)];
    const odd = make([1, 2, 3], [3], 'float32');
    await expect(process.next(state, [odd, ...weights.slice(1)], gradients)).rejects.toThrow(ValueError);
    await expect(process.next(state, weights, [odd, ...gradients.slice(1)])).rejects.toThrow(/gradients\[0\]/);
    await expect(process.next(state, weights, [...gradients, odd])).rejects.toThrow(ValueError);
    await expect(process.next({ ...state, nonsense: odd }, weights, gradients)).rejects.toThrow(/state/);
    await expect(process.next(state, weights, gradients)).resolves.toBeDefined();
  });

  it('has nothing to do without weights', async () => {
    const process = factory(options).create([]);
    const { weights } = await process.next(await process.initialize(), [], []);
    expect(weights).toEqual([]);
  });

  it('refuses an unknown option', () => {
    expect(() => factory({ ...options, nonsense: 1 })).toThrow(TypeError);
  });

  const refused = [[{ learningRate: -1 } as unknown as Partial<O>, /learningRate/] as const, ...(checks.refused ?? [])];
  it.each(refused)('refuses %o', (bad, pattern) => {
    expect(() => factory({ ...options, ...bad })).toThrow(ValueError);
    expect(() => factory({ ...options, ...bad })).toThrow(pattern);
  });
}
