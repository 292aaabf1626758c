import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { arrayClass, type NumericDType } from '../../../src/dtype.js';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { zerosLike } from '../../../src/graph/ops/array.js';
import { add, mul } from '../../../src/graph/ops/math.js';
import type { Variable } from '../../../src/graph/variable.js';
import { input } from '../../../src/keras/engine/input.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import {
  bidirectional,
  convLstm1d,
  dense,
  gru,
  layerRegistry,
  lstm,
  lstmCell,
  registerLayer,
  rnn,
  simpleRNN,
} from '../../../src/keras/layers/index.js';
import { type CellStep, RecurrentCell } from '../../../src/keras/layers/recurrent-cell.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { checkLayer } from '../../../src/testing/check-layer.js';
import { randomTensor } from '../../../src/testing/evaluate-layer.js';
import { flatten, type Tree } from '../../../src/tree.js';
import { projection } from './projection.js';

interface Json {
  readonly dtype: NumericDType;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

interface Case {
  readonly config: KerasConfig;
  readonly inputs: readonly Json[];
  readonly mask?: Json;
  readonly training?: boolean;
  readonly weights: readonly Json[];
  readonly outputs: readonly Json[];
  /** The weights after the call. */
  readonly after: readonly Json[];
}

const fromJson = ({ dtype, shape, data }: Json): Tensor => {
  const values = arrayClass(dtype) as unknown as { from(list: readonly unknown[]): Float32Array };
  return tensor(values.from(data.map(Number)), shape, dtype);
};

const cases = readFileSync(new URL('cases/recurrent.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

interface Call {
  readonly layer: Layer;
  readonly inputs: readonly Tensor[];
  readonly weights: readonly Tensor[];
  readonly mask?: Tensor | undefined;
  readonly training?: boolean | undefined;
  /** Whether the number of steps is known when the graph is built. */
  readonly known: boolean;
}

interface Result {
  readonly outputs: readonly Tensor[];
  readonly after: readonly Tensor[];
  /** Of a projection of the outputs, with respect to inputs and trained weights. */
  readonly gradients: readonly Tensor[];
}

async function evaluate({ layer, inputs, weights, mask, training = false, known }: Call): Promise<Result> {
  const shapeOf = (t: Tensor, i: number): (number | null)[] =>
    t.shape.map((s, axis) => (axis === 0 || (axis === 1 && i === 0 && !known) ? null : s));
  layer.ensureBuilt(shapeOf(inputs[0] as Tensor, 0));
  const specs = [
    layer.weights.map((w) => w.spec),
    inputs.map((t, i) => tensorSpec(shapeOf(t, i), t.dtype)),
    mask === undefined ? [] : [tensorSpec(shapeOf(mask, 0), 'bool')],
    tensorSpec([2], 'int64'),
  ];
  using computation = Computation.compile<Tensor[][]>(specs as never, (feeds, graph) => {
    const [values, xs, masks, seed] = feeds as [Output[], Output[], Output[], Output];
    const ctx = new Context(graph, {
      training,
      values: new Map(layer.weights.map((w, i): [Variable, Output] => [w, values[i] as Output])),
      seed,
    });
    const [x, ...initialState] = xs as [Output, ...Output[]];
    const outputs = flatten(
      layer.invoke(ctx, x, {
        ...(masks.length === 0 ? {} : { mask: masks[0] }),
        ...(initialState.length === 0 ? {} : { initialState }),
      }) as Tree<Output>,
    );
    const targets = [...xs, ...layer.trainableWeights.map((w) => values[layer.weights.indexOf(w)] as Output)];
    const found = gradients([projection(outputs)], targets).map((dx, i) => dx ?? zerosLike(targets[i] as Output));
    return [outputs, layer.weights.map((w) => ctx.read(w)), found];
  });
  const run = await computation.run([
    [...weights],
    [...inputs],
    mask === undefined ? [] : [mask],
    tensor(BigInt64Array.of(1n, 2n), [2], 'int64'),
  ] as never);
  const [outputs, after, found] = run as [Tensor[], Tensor[], Tensor[]];
  return { outputs, after, gradients: found };
}

function expectNear(got: readonly Tensor[], want: readonly Tensor[], relative: number): void {
  expect(got.map((t) => t.shape)).toEqual(want.map((t) => t.shape));
  got.forEach((t, i) => {
    const expected = want[i]?.data as ArrayLike<number>;
    const scale = Math.max(1e-3, ...Array.from(expected, Math.abs));
    Array.from(t.data as ArrayLike<number>).forEach((v, k) => {
      expect(Math.abs(v - (expected[k] as number)), `value ${k} of ${i}: ${v}, expected ${expected[k]}`).toBeLessThan(relative * scale);
    });
  });
}

describe('recurrent layers', () => {
  test.each(cases.map((c, i) => [`${c.config.class_name} ${i}`, c] as const))(
    '%s: what Keras gives, with and without a known number of steps',
    async (_, c) => {
      const inputs = c.inputs.map(fromJson);
      const weights = c.weights.map(fromJson);
      const call = (layer: Layer, known: boolean): Promise<Result> =>
        evaluate({ layer, inputs, weights, known, mask: c.mask && fromJson(c.mask), training: c.training });
      const written = await call(layerRegistry.deserialize(c.config), true);
      expectNear(written.outputs, c.outputs.map(fromJson), 2e-5);
      expectNear(written.after, c.after.map(fromJson), 2e-5);
      const unroll = c.config.config.unroll === true;
      const looped = await call(layerRegistry.deserialize(c.config), unroll);
      expectNear(looped.outputs, written.outputs, 1e-5);
      expectNear(looped.after, written.after, 1e-5);
      expectNear(looped.gradients, written.gradients, 1e-4);
    },
  );

  // Kernels for convolutions in three dimensions exist in single precision only.
  const short = cases.filter((c) => c.inputs[0]?.shape[1] !== 19 && c.config.class_name !== 'ConvLSTM3D');
  test.each(short.map((c, i) => [`${c.config.class_name} ${i}`, c] as const))('%s: config, gradients, rows', (_, c) => {
    const [x, ...states] = c.inputs.map(fromJson) as [Tensor, ...Tensor[]];
    const mask = c.mask === undefined ? {} : { mask: fromJson(c.mask) };
    const options = c.config.config as { readonly return_sequences?: boolean; readonly layer?: KerasConfig };
    const sequences =
      c.config.class_name === 'TimeDistributed' || (options.return_sequences ?? options.layer?.config.return_sequences === true);
    return checkLayer({
      layer: layerRegistry.deserialize(c.config),
      inputs: states.length === 0 ? x : [x, ...states],
      weights: c.weights.map(fromJson),
      ...mask,
      ...(sequences && mask.mask !== undefined ? { outputMask: mask.mask } : {}),
    });
  });

  it('drop the same inputs and the same part of the state in all steps', async () => {
    const x = tensor(new Float32Array(2 * 20 * 3).fill(1), [2, 20, 3]);
    // The state counts the inputs that were not dropped, or stays what it was dropped to.
    const counting = { units: 3, activation: 'linear', useBias: false, returnSequences: true } as const;
    const identity = tensor(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), [3, 3]);
    const run = async (options: object, known: boolean): Promise<number[]> => {
      const layer = simpleRNN({ ...counting, ...options }) as unknown as Layer;
      const { outputs } = await evaluate({ layer, inputs: [x], weights: [identity, identity], training: true, known });
      return Array.from((outputs[0] as Tensor).data as Float32Array);
    };
    for (const known of [true, false]) {
      const inputs = await run({ dropout: 0.5 }, known);
      inputs.forEach((v, i) => {
        const step = (Math.floor(i / 3) % 20) + 1;
        expect([0, 2 * step]).toContain(v);
        expect(v === 0).toBe(inputs[i - 3 * (step - 1)] === 0);
      });
      expect(new Set(inputs.slice(0, 3).concat(inputs.slice(60, 63))).size).toBe(2);
      const states = await run({ recurrentDropout: 0.5 }, known);
      // Dropped states are 1 in every step, the others 1 + 2 · (the one before).
      states.forEach((v, i) => {
        const step = (Math.floor(i / 3) % 20) + 1;
        expect([1, 2 ** step - 1]).toContain(v);
      });
    }
  });

  it('drop other values for each gate where they drop the state, and else the same inputs for all', async () => {
    // Gates and candidate are what goes into them: c = i · g and h = o · c, products of two and of three factors 0 or 2.
    const units = 400;
    const layerOf = (options: object): Layer =>
      lstm({
        units,
        activation: 'linear',
        recurrentActivation: 'linear',
        useBias: false,
        returnState: true,
        ...options,
      }) as unknown as Layer;
    const four = (value: number): Tensor => {
      const data = new Float32Array(units * 4 * units);
      for (let row = 0; row < units; row++) for (let gate = 0; gate < 4; gate++) data[row * 4 * units + gate * units + row] = value;
      return tensor(data, [units, 4 * units]);
    };
    const ones = (shape: readonly number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(1), shape);
    const zeros = tensor(new Float32Array(units), [1, units]);
    const run = async (options: object, kernels: readonly Tensor[], x: Tensor, h: Tensor): Promise<readonly (readonly number[])[]> => {
      const { outputs } = await evaluate({ layer: layerOf(options), inputs: [x, h, zeros], weights: kernels, known: true, training: true });
      return outputs.slice(1).map((t) => Array.from(t.data as Float32Array));
    };
    const share = (values: readonly number[] | undefined): number => (values ?? []).filter((v) => v !== 0).length / units;
    const [input, state] = [ones([1, 1, units]), ones([1, units])];
    const [h, c] = await run({ recurrentDropout: 0.5 }, [four(0), four(1)], tensor(new Float32Array(units), [1, 1, units]), state);
    expect([new Set(c), new Set(h)]).toEqual([new Set([0, 4]), new Set([0, 8])]);
    expect(Math.abs(share(c) - 1 / 4)).toBeLessThan(0.08);
    expect(Math.abs(share(h) - 1 / 8)).toBeLessThan(0.06);
    const [, perGate] = await run({ dropout: 0.5, recurrentDropout: 1e-6 }, [four(1), four(0)], input, state);
    expect(Math.abs(share(perGate) - 1 / 4)).toBeLessThan(0.08);
    const [all, same] = await run({ dropout: 0.5 }, [four(1), four(0)], input, state);
    expect(Math.abs(share(same) - 1 / 2)).toBeLessThan(0.1);
    expect(share(all)).toBe(share(same));
  });

  it('take cells of one own', async () => {
    class Decay extends RecurrentCell<Record<never, never>> {
      static readonly className = 'Decay';
      static readonly fields = {};

      override get stateShapes(): readonly (readonly number[])[] {
        return [[3]];
      }

      protected override build(): void {
        this.addWeight('factor', [3]);
      }

      override step(shared: Tree<Output>, x: Output, [state]: readonly Output[]): CellStep {
        const next = add(x, mul(state as Output, (shared as { factor: Output }).factor));
        return { output: next, states: [next] };
      }
    }
    registerLayer(Decay as never);
    const layer = rnn({ cell: new Decay({}) as never }) as unknown as Layer;
    const steps = 20;
    const x = randomTensor([1, steps, 3], 1);
    const factor = [0.5, -0.25, 0.9];
    const expected = factor.map((f, k) =>
      Array.from({ length: steps }, (_, t) => x.data[3 * t + k] as number).reduce((h, v) => v + h * f, 0),
    );
    for (const known of [true, false]) {
      const own = layerRegistry.deserialize(layer.serialize());
      const { outputs } = await evaluate({ layer: own, inputs: [x], weights: [tensor(Float32Array.from(factor), [3])], known });
      expected.forEach((v, k) => expect((outputs[0] as Tensor).data[k]).toBeCloseTo(v, 5));
    }
  });

  it('refuse what does not fit, by name', () => {
    const sequence = input({ shape: [5, 3] });
    expect(() => lstm({ units: 2 }).apply(input({ shape: [3] }))).toThrow(/needs an input \[batch, steps, …\], received \[, 3\]/);
    expect(() => lstm({ units: 2 }).apply(input({ shape: [4, null] }))).toThrow(/of a known number of features/);
    expect(() => lstm({ units: 2, stateful: true }).apply(sequence)).toThrow(
      /`stateful` of layer `.*` needs a fixed batch size .*\[null, 5, 3\]/,
    );
    // Steps without number are not written out, whatever a file says.
    expect(gru({ units: 2, unroll: true }).apply(input({ shape: [1e9, 3] })).shape).toEqual([null, 2]);
    expect(() => gru({ units: 2, unroll: true }).apply(input({ shape: [null, 3] }))).toThrow(
      /`unroll` of layer `.*` needs a known number of steps/,
    );
    expect(() => gru({ units: 2 }).apply([sequence, input({ shape: [2] }), input({ shape: [2] })])).toThrow(
      /`initialState` of layer `.*` must be 1 tensors, received 2/,
    );
    expect(() => lstm({ units: 2 }).apply({ a: sequence })).toThrow(/`inputs of layer lstm\w*` must be one, or a list with initial states/);
    expect(() => rnn({ cell: dense({ units: 2 }) as never })).toThrow(/`cell` of layer `.*` must be a recurrent cell/);
    expect(() => rnn({ cell: [] })).toThrow(/must be at least one cell/);
    expect(() => rnn({ cell: [lstmCell({ units: 2 }), dense({ units: 2 })] as never })).toThrow(
      /`cells\[1\]` of .* must be a recurrent cell/,
    );
    expect(() => convLstm1d({ filters: 1, kernelSize: 2 }).apply(input({ shape: [3, null, 2] }))).toThrow(/of known sizes/);
    expect(() => convLstm1d({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }).apply(input({ shape: [3, 8, 2] }))).toThrow(
      /`strides` of cell `conv_lstm_cell` must be 1 where `dilationRate` is not/,
    );
    expect(() => bidirectional({ layer: dense({ units: 2 }) as never })).toThrow(/must be a recurrent layer, received Dense/);
    expect(() => bidirectional({ layer: gru({ units: 2, goBackwards: true }) as never })).toThrow(/`goBackwards` of the two layers/);
    const backwardLayer = gru({ units: 2, goBackwards: true, returnSequences: true });
    expect(() => bidirectional({ layer: gru({ units: 2 }), backwardLayer } as never)).toThrow(/`returnSequences` of the two layers/);
  });
});
