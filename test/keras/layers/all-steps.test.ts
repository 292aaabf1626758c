import { describe, expect, it, test } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { Context } from '../../../src/graph/context.js';
import { gradients } from '../../../src/graph/gradients.js';
import { Graph, type Output } from '../../../src/graph/graph.js';
import type { Variable } from '../../../src/graph/variable.js';
import { input } from '../../../src/keras/engine/input.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { sequential } from '../../../src/keras/engine/sequential.js';
import { bidirectional, gru, gruCell, lstm, lstmCell, masking, rnn, simpleRNN, simpleRNNCell } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import { assertClose } from '../../../src/testing/compare.js';
import { randomTensor } from '../../../src/testing/evaluate-layer.js';
import { flatten, type Tree } from '../../../src/tree.js';
import { projection } from './projection.js';

const [BATCH, STEPS, FEATURES, UNITS] = [3, 6, 4, 5];

interface Use {
  /** Whether the number of steps is known when the graph is built; `true` by default. */
  readonly known?: boolean;
  readonly steps?: number;
  /** Whether the states are given; they are zeros by default. */
  readonly initialState?: boolean;
  /** Whether some steps do not count. */
  readonly masked?: boolean;
}

// Those of the first example that are neither first nor last count, all of the second but one, none of the third.
const MASK = tensor(Uint8Array.of(0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0), [BATCH, STEPS], 'bool');

interface Result {
  readonly types: ReadonlySet<string>;
  /** What the layer gives, its carried states after the call, and the gradients of all that is given to it. */
  readonly values: readonly Tensor[];
}

/** The layer in a graph that may hold ops of our own, or in one that leaves the process. */
async function evaluated(make: () => unknown, states: number, use: Use, portable: boolean): Promise<Result> {
  const { known = true, steps = STEPS, initialState = false, masked = false } = use;
  const layer = make() as Layer;
  const shape = [BATCH, known ? steps : null, FEATURES];
  layer.apply(input({ batchShape: shape }));
  const variables = [...layer.weights, ...layer.carriedVariables];
  const given = [
    randomTensor([BATCH, steps, FEATURES], 1),
    ...variables.map((v, i) => randomTensor(v.shape as number[], 2, i)),
    ...Array.from({ length: initialState ? states : 0 }, (_, i) => randomTensor([BATCH, UNITS], 3, i)),
  ];
  const types = new Set<string>();
  using computation = Computation.compile<Tensor[]>(
    given.map((t, i) => tensorSpec(i === 0 ? shape : t.shape)),
    (feeds, graph) => {
      if (portable) Object.assign(graph, { portable });
      const [x, ...others] = feeds as [Output, ...Output[]];
      const values = new Map(variables.map((v, i): [Variable, Output] => [v, others[i] as Output]));
      const ctx = new Context(graph, { training: true, values, seed: () => graph.constant([1n, 2n], 'int64', [2]) });
      const args = {
        ...(initialState ? { initialState: others.slice(variables.length) } : {}),
        ...(masked ? { mask: graph.constant(MASK) } : {}),
      };
      const outputs = flatten(layer.invoke(ctx, x, args) as Tree<Output>);
      const dxs = gradients([projection(outputs)], [x, ...others]) as Output[];
      for (const { type } of graph.operations) types.add(type);
      return [...outputs, ...layer.carriedVariables.map((v) => ctx.read(v)), ...dxs];
    },
  );
  return { types, values: await computation.run(given) };
}

const kinds = [
  { name: 'gated recurrent units', op: 'FedkerasGru', layer: gru, cell: gruCell, states: 1 },
  { name: 'a long short-term memory', op: 'FedkerasLstm', layer: lstm, cell: lstmCell, states: 2 },
  { name: 'a simple recurrence', op: 'FedkerasSimpleRnn', layer: simpleRNN, cell: simpleRNNCell, states: 1 },
];

describe.each(kinds)('all steps of $name in one op', ({ op, layer, cell, states }) => {
  const of = (options: object): unknown => layer({ units: UNITS, ...options } as never);

  const cases: readonly (readonly [string, () => unknown, Use?])[] = [
    ['the last output', () => of({})],
    ['all outputs', () => of({ returnSequences: true })],
    ['the last output and the states', () => of({ returnState: true })],
    ['all outputs and the states', () => of({ returnSequences: true, returnState: true })],
    ['from the end', () => of({ goBackwards: true, returnSequences: true })],
    ['without a bias', () => of({ useBias: false, returnSequences: true })],
    ['from given states', () => of({ returnSequences: true, returnState: true }), { initialState: true }],
    ['from carried states', () => of({ stateful: true, returnSequences: true })],
    ['one step', () => of({ returnSequences: true }), { steps: 1, initialState: true }],
    ['steps of unknown number', () => of({ returnSequences: true, returnState: true }), { known: false }],
    ['in both directions', () => bidirectional({ layer: of({ returnSequences: true }) } as never)],
    ['by a cell of its own', () => rnn({ cell: cell({ units: UNITS }) as never, returnSequences: true })],
    ...(layer === simpleRNN ? [['by relu', () => of({ activation: 'relu', returnSequences: true })] as const] : []),
    ...[false, true].flatMap((initialState) =>
      [{}, { returnSequences: true }, { goBackwards: true }, { goBackwards: true, returnSequences: true }].flatMap((options) =>
        [false, true].map((zeroOutputForMask) => {
          const all = { ...options, zeroOutputForMask, returnState: true };
          return [
            `masked, from ${initialState ? 'given states' : 'zeros'}, ${JSON.stringify(all)}`,
            () => of(all),
            { masked: true, initialState },
          ] as const;
        }),
      ),
    ),
    ['masked, steps of unknown number', () => of({ returnSequences: true, returnState: true }), { masked: true, known: false }],
    ['masked, from carried states', () => of({ stateful: true, returnSequences: true }), { masked: true }],
    ['masked, in both directions', () => bidirectional({ layer: of({}) } as never), { masked: true }],
    ['masked, in both directions, all outputs', () => bidirectional({ layer: of({ returnSequences: true }) } as never), { masked: true }],
  ];
  test.each(cases.map(([name, make, use]) => ({ name, make, use })))(
    'is what they are one by one, and has their gradients: $name',
    async ({ make, use = {} }) => {
      const [found, expected] = [await evaluated(make, states, use, false), await evaluated(make, states, use, true)];
      expect(found.types).toContain(op);
      expect(found.types).toContain(`${op}Grad`);
      expect([...expected.types].filter((type) => type.startsWith('Fedkeras'))).toEqual([]);
      expect(found.values.length).toBe(expected.values.length);
      found.values.forEach((value, i) => {
        assertClose(value, expected.values[i] as Tensor, `value ${i}`, { relative: 1e-4, absolute: 2e-5 });
      });
    },
  );

  it('gives what it began with where there are none', async () => {
    const { types, values } = await evaluated(
      () => of({ returnState: true }),
      states,
      { known: false, steps: 0, initialState: true },
      false,
    );
    expect(types).toContain(op);
    for (let i = 0; i < states; i++) expect(values[1 + i]).toEqual(randomTensor([BATCH, UNITS], 3, i));
    values.slice(1 + states, -states).forEach((dx) => {
      expect((dx.data as Float32Array).every((v) => v === 0)).toBe(true);
    });
  });

  const opsOf = (options: object, { masked = false, portable = false } = {}): Set<string> => {
    const model = sequential([input({ shape: [STEPS, FEATURES] }), ...(masked ? [masking()] : []), of(options) as never]);
    const graph = new Graph(null, { portable });
    try {
      const values = new Map(model.weights.map((w): [Variable, Output] => [w, graph.constant(w.value)]));
      const x = graph.placeholder(tensorSpec([null, STEPS, FEATURES]));
      model.invoke(new Context(graph, { training: true, values, seed: () => graph.constant([1n, 2n], 'int64', [2]) }), x);
      return new Set(graph.operations.map((o) => o.type));
    } finally {
      graph.dispose();
    }
  };

  it('is taken where it computes them', () => {
    for (const options of [{}, { dropout: 0.5, useBias: false }])
      for (const masked of [false, true]) expect(opsOf(options, { masked })).toContain(op);
    const others = [{ activation: 'softsign' }, { recurrentDropout: 0.5 }, { dtype: 'float64' }];
    const gated = layer === simpleRNN ? [] : [{ activation: 'relu' }, { recurrentActivation: 'hard_sigmoid' }];
    const ofGru = layer === gru ? [{ resetAfter: false }] : [];
    for (const options of [...others, ...gated, ...ofGru]) expect(opsOf(options)).not.toContain(op);
    expect(opsOf({}, { portable: true })).not.toContain(op);
  });

  it('has no second derivatives', () => {
    const graph = new Graph();
    try {
      const sequence = of({}) as Layer;
      sequence.apply(input({ shape: [STEPS, FEATURES] }));
      const values = new Map(sequence.weights.map((w): [Variable, Output] => [w, graph.constant(w.value)]));
      const ctx = new Context(graph, { training: true, values, seed: () => graph.constant([1n, 2n], 'int64', [2]) });
      const x = graph.placeholder(tensorSpec([null, STEPS, FEATURES]));
      const [dx] = gradients([sequence.invoke(ctx, x) as Output], [x]) as [Output];
      expect(() => gradients([dx], [x])).toThrow(new RegExp(`${op}Grad`));
    } finally {
      graph.dispose();
    }
  });
});
