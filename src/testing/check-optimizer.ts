/** The test of an optimizer in three lines: steps, slots, state, element types, config, and the same in a loop. */
import { Computation } from '../graph/computation.js';
import type { Output } from '../graph/graph.js';
import { whileLoop } from '../graph/loop.js';
import { gather } from '../graph/ops/array.js';
import { add, less } from '../graph/ops/math.js';
import type { Optimizer, OptimizerState, Slots } from '../keras/optimizers/optimizer.js';
import { optionsFromConfig } from '../keras/serialization/fields.js';
import { type Tensor, tensor } from '../tensor.js';
import { tensorSpec } from '../tensor-spec.js';
import { flatten, mapTree, type Tree, unflatten } from '../tree.js';
import { assertEqual, assertNumbersClose, FLOAT32, numbersOf, valuesOf } from './compare.js';

/** Weights, and the gradients of each step. */
export interface OptimizerFixture {
  readonly weights: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly gradients: readonly (readonly (readonly number[])[])[];
}

/** An optimizer, and what is known of its steps. */
export interface OptimizerCase {
  readonly optimizer: Optimizer;
  /** All weights in one list after each step, by whatever else computed them. */
  readonly expected?: readonly (readonly number[])[];
  /** A matrix, a vector and four steps by default. */
  readonly fixture?: OptimizerFixture;
  /** `false` for an optimizer that cannot be made from its config. */
  readonly serializable?: boolean;
}

/** A matrix and a vector, four steps. */
export const FIXTURE: OptimizerFixture = {
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

type Float = 'float32' | 'float64' | 'bfloat16';

/** The numbers rounded to `bfloat16`, as bits. */
function bfloat16(values: readonly number[]): Uint16Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (b) => (b + 0x7fff + ((b >>> 16) & 1)) >>> 16);
}

/** A tensor of numbers in a floating element type. */
export const floats = (data: readonly number[], shape: readonly number[], dtype: Float = 'float32'): Tensor =>
  dtype === 'bfloat16'
    ? tensor(bfloat16(data), shape, dtype)
    : dtype === 'float64'
      ? tensor(Float64Array.from(data), shape, dtype)
      : tensor(Float32Array.from(data), shape, dtype);

export const weightsOf = (fixture: OptimizerFixture, dtype?: Float): Tensor[] =>
  fixture.weights.map(({ shape, data }) => floats(data, shape, dtype));
export const gradientsOf = (fixture: OptimizerFixture, step: number, dtype?: Float): Tensor[] =>
  (fixture.gradients[step] as number[][]).map((data, i) => floats(data, fixture.weights[i]?.shape as number[], dtype));

const plain = (state: OptimizerState): unknown =>
  mapTree(state as Tree<Tensor>, (t) => ({ dtype: t.dtype, shape: t.shape, data: numbersOf(t) }) as never);

/** The weights after each step. */
export async function runOptimizer(optimizer: Optimizer, fixture = FIXTURE, dtype: Float = 'float32'): Promise<number[][]> {
  using process = optimizer.create(fixture.weights.map(({ shape }) => tensorSpec(shape, dtype)));
  let state = await process.initialize();
  let weights: readonly Tensor[] = weightsOf(fixture, dtype);
  const all: number[][] = [];
  for (let i = 0; i < fixture.gradients.length; i++) {
    ({ state, weights } = await process.next(state, weights, gradientsOf(fixture, i, dtype)));
    all.push(valuesOf(weights as Tensor[]));
  }
  return all;
}

/** The weights after the last step, all steps being one loop in a graph: how clients train. */
async function runInLoop(optimizer: Optimizer, fixture: OptimizerFixture): Promise<number[]> {
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

/** The same numbers, read from what was written as JSON. */
const reread = (state: OptimizerState): OptimizerState =>
  mapTree(state as Tree<Tensor>, (t) => {
    const { data } = JSON.parse(JSON.stringify({ data: Array.from(t.data as ArrayLike<number | bigint>, String) })) as { data: string[] };
    if (t.dtype === 'int32') return tensor(Int32Array.from(data, Number), t.shape);
    if (t.dtype === 'int64') return tensor(BigInt64Array.from(data, BigInt), t.shape);
    return floats(data.map(Number), t.shape) as Tensor;
  }) as OptimizerState;

/**
 * Checks an optimizer: its steps are the expected ones, separately and in one loop, in `float64` and nearly in `bfloat16`; arguments and weights without
 * a gradient stay; steps are counted; a state that was written and read goes on alike; hyper-parameters can be set; and the config brings it back.
 *
 * @throws AssertionError saying what does not hold.
 */
export async function checkOptimizer(c: OptimizerCase): Promise<void> {
  const { optimizer, fixture = FIXTURE } = c;
  const steps = await runOptimizer(optimizer, fixture);
  const last = steps.at(-1) as number[];
  c.expected?.forEach((weights, i) => assertNumbersClose(steps[i] ?? [], weights, `weights after step ${i + 1}`));
  assertEqual(await runOptimizer(optimizer, fixture), steps, 'the same steps again');
  assertNumbersClose(await runInLoop(optimizer, fixture), last, 'weights after the steps in a loop');
  const wide = (await runOptimizer(optimizer, fixture, 'float64')).at(-1) as number[];
  assertNumbersClose(wide, last, 'weights after the steps in float64');
  const narrow = (await runOptimizer(optimizer, fixture, 'bfloat16'))[0] as number[];
  assertNumbersClose(narrow, steps[0] as number[], 'weights after a step in bfloat16', { relative: 0.02, absolute: 0.02 });

  await checkState(optimizer, fixture, steps);
  await checkHparams(optimizer, fixture);
  if (c.serializable === false) return;
  const cls = optimizer.constructor as unknown as new (options: object) => Optimizer;
  const copy = new cls(optionsFromConfig(JSON.parse(JSON.stringify(optimizer.getConfig()))));
  assertEqual(copy.getConfig(), optimizer.getConfig(), 'config of the copy that was made from the config');
  assertNumbersClose((await runOptimizer(copy, fixture)).at(-1) as number[], last, 'weights after the steps of the copy');
}

async function checkState(optimizer: Optimizer, fixture: OptimizerFixture, steps: readonly (readonly number[])[]): Promise<void> {
  using process = optimizer.create(fixture.weights.map(({ shape }) => tensorSpec(shape, 'float32')));
  const first = await process.next(await process.initialize(), weightsOf(fixture), gradientsOf(fixture, 0));
  const before = [plain(first.state), valuesOf(first.weights)];
  const none = await process.next(first.state, first.weights, [null, ...gradientsOf(fixture, 1).slice(1)]);
  assertEqual([plain(first.state), valuesOf(first.weights)], before, 'state and weights that were given to a step, after it');
  // Where the weights become their average every so many steps, that is not the gradient's doing.
  if (!('average' in first.state)) assertEqual(none.weights[0]?.data, first.weights[0]?.data, 'a weight without a gradient');
  for (const [name, slot] of Object.entries(none.state)) {
    const old = first.state[name];
    if (Array.isArray(slot) && name !== 'average' && name !== 'gradientAccumulator')
      assertEqual((slot[0] as Tensor).data, (old as Tensor[])[0]?.data, `slot \`${name}\` of a weight without a gradient`);
    if (name === 'step' && first.state.microStep === undefined)
      assertEqual(Number((slot as Tensor).data[0]), Number((old as Tensor).data[0]) + 1, 'number of steps');
  }
  const next = await process.next(reread(first.state), first.weights, gradientsOf(fixture, 1));
  assertNumbersClose(valuesOf(next.weights), steps[1] as number[], 'weights after a step from a state that was written and read');
}

async function checkHparams(optimizer: Optimizer, fixture: OptimizerFixture): Promise<void> {
  using process = optimizer.create(fixture.weights.map(({ shape }) => tensorSpec(shape, 'float32')));
  const state = await process.initialize();
  const hparams = process.getHparams(state);
  assertEqual(Object.keys(hparams), Object.keys(optimizer.hparams), 'names of the hyper-parameters');
  assertNumbersClose(Object.values(hparams), Object.values(optimizer.hparams), 'hyper-parameters', { ...FLOAT32, absolute: 0 });
  for (const name of Object.keys(hparams)) {
    const other = process.setHparams(state, { [name]: 0.125 });
    assertEqual(process.getHparams(other), { ...hparams, [name]: 0.125 }, `hyper-parameters with another \`${name}\``);
    assertEqual(process.getHparams(state), hparams, 'hyper-parameters of the state before');
    const next = await process.next(other, weightsOf(fixture), gradientsOf(fixture, 0));
    assertEqual(process.getHparams(next.state), { ...hparams, [name]: 0.125 }, 'hyper-parameters after a step');
  }
}
