import { describe, expect, it } from 'vitest';
import type { AggregatorParts } from '../../src/aggregators/index.js';
import { Nested } from '../../src/aggregators/nested.js';
import type { Output } from '../../src/graph/graph.js';
import { add, cast } from '../../src/graph/ops/math.js';
import { aggregators, tensorSpec } from '../../src/index.js';
import type { TensorSpec } from '../../src/tensor-spec.js';
import { aggregate, numbers, scalar, scalars } from './fixtures.js';

/** Sums values, counts its rounds, and reports its seed. */
const counting = (minClients?: number): AggregatorParts => ({
  ...(minClients === undefined ? {} : { minClients }),
  initialize: (graph) => graph.constant(0, 'float32'),
  client: (_state, value, _weight, { seed }) => ({ sum: value, stack: cast(seed, 'float64') }),
  server: (state, { sum, stack, random }) => ({
    state: add(state as Output, 1),
    result: sum,
    measurements: { clients: stack as Output, server: random.seed },
  }),
});

class Twins extends aggregators.Aggregator {
  readonly weighted = false;
  override parts() {
    const nested = new Nested({ b: counting(2), a: counting() });
    return {
      minClients: nested.minClients,
      initialize: nested.initialize.bind(nested),
      client: (...[state, value, weight, random]: Parameters<AggregatorParts['client']>) =>
        nested.client(state, { a: value, b: add(value as Output, 10) }, weight, random),
      server: (...inputs: Parameters<AggregatorParts['server']>) => {
        const steps = nested.server(...inputs);
        const { a, b } = steps;
        return { state: nested.states(steps), result: { a: a.result, b: b.result }, measurements: [a.measurements, b.measurements] };
      },
    };
  }
}

describe('Nested', () => {
  it('gives each its own value, state and contributions', async () => {
    const { result, state } = await aggregate(new Twins(), [1, 2].map(scalars));
    const { a, b } = result as Record<'a' | 'b', unknown>;
    expect([a, b].map(scalar)).toEqual([3, 23]);
    expect(numbers(state)).toEqual([1, 1]);
    expect(Object.keys(state)).toEqual(['a', 'b']);
  });

  it('gives each its own randomness, on the clients and on the server', async () => {
    const { measurements } = await aggregate(new Twins(), [1, 2].map(scalars));
    const seen = numbers(measurements);
    // Of each twin: two words of two clients, and of the server.
    expect(seen.length).toBe(12);
    expect(new Set(seen).size).toBe(12);
  });

  it('asks for as many clients as one of them needs', async () => {
    const process = new Twins().create(tensorSpec([]) as TensorSpec);
    await expect(process.next(await process.initialize(), [scalars(1)])).rejects.toThrow('`values` must be at least 2 for this aggregator');
  });
});
