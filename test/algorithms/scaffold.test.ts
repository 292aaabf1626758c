/** SCAFFOLD's rounds written out in plain numbers for a linear model, with some of the clients in each round. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, keras, type LearningState, optimizers, programs, tensor } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { flat, zeroModel } from '../templates/fixtures.js';
import { expectSameAtAnyConcurrency, plain, train } from './fixtures.js';

const sgd = (learningRate: number) => optimizers.sgdm({ learningRate });

type Row = readonly [number, number, number];
/** Clients with other data, and other numbers of steps. */
const ROWS: readonly (readonly Row[])[] = Array.from({ length: 5 }, (_, c) => {
  const random = new Random(c);
  return Array.from({ length: 3 + 2 * c }, (): Row => {
    const [a, b] = [random.normal(), random.normal()];
    return [a, b, (c - 2) * a + b + c];
  });
});
const client = (c: number, options = {}) => {
  const rows = ROWS[c] as readonly Row[];
  return data.clientDataset(
    { x: tensor(rows.map(([a, b]) => [a, b])), y: tensor(rows.map(([, , y]) => [y])) },
    { id: `client ${c}`, batchSize: 2, ...options },
  );
};

type Vector = readonly number[];
const plus = (a: Vector, b: Vector, factor = 1): Vector => a.map((v, i) => v + factor * (b[i] as number));
const ZERO: Vector = [0, 0, 0];

/** The gradient of the mean squared error of `w₀ x₀ + w₁ x₁ + w₂`. */
function gradient(w: Vector, rows: readonly Row[]): Vector {
  const [w0, w1, w2] = w as [number, number, number];
  return rows.reduce<Vector>((g, [a, b, y]) => plus(g, [a, b, 1], (2 * (w0 * a + w1 * b + w2 - y)) / rows.length), ZERO);
}

/** The paper's algorithm 1, option II. */
class Reference {
  x = ZERO;
  c = ZERO;
  readonly own = new Map<number, Vector>();

  round(cohort: readonly number[], { rate, serverRate, momentum = 0 }: { rate: number; serverRate: number; momentum?: number }): void {
    let [dx, dc] = [ZERO, ZERO];
    for (const i of cohort) {
      const ci = this.own.get(i) ?? ZERO;
      const rows = ROWS[i] as readonly Row[];
      let [y, velocity] = [this.x, ZERO];
      // How much the gradients of all steps count in x − y.
      let [length, unit] = [0, 0];
      for (let k = 0; k < rows.length; k += 2) {
        const corrected = plus(plus(gradient(y, rows.slice(k, k + 2)), ci, -1), this.c);
        velocity = plus(corrected, velocity, momentum);
        y = plus(y, velocity, -rate);
        unit = 1 + momentum * unit;
        length += rate * unit;
      }
      const next = plus(plus(ci, this.c, -1), plus(this.x, y, -1), 1 / length);
      dx = plus(dx, plus(y, this.x, -1), 1 / cohort.length);
      dc = plus(dc, plus(next, ci, -1));
      this.own.set(i, next);
    }
    this.x = plus(this.x, dx, serverRate);
    this.c = plus(this.c, dc, 1 / ROWS.length);
  }
}

const COHORTS = [[0, 1, 2], [3, 4], [0, 3], [1], [4, 2, 0]];
const close = (actual: Vector, expected: Vector) => expected.forEach((v, i) => expect(actual[i]).toBeCloseTo(v, 4));
const controls = (state: unknown) => flat((state as { controlVariate: Parameters<typeof flat>[0] }).controlVariate);

describe('buildScaffold', () => {
  it.each([{ momentum: 0 }, { momentum: 0.5 }])("makes the paper's rounds with $momentum momentum", async ({ momentum }) => {
    const [rate, serverRate] = [0.05, 0.8];
    const clientOptimizer = optimizers.sgdm({ learningRate: rate, momentum });
    using process = algorithms.buildScaffold(zeroModel(), { numClients: 5, clientOptimizer, serverOptimizer: sgd(serverRate) });
    const reference = new Reference();
    let state = await process.initialize();
    for (const cohort of COHORTS) {
      ({ state } = await process.next(
        state,
        cohort.map((c) => client(c)),
      ));
      reference.round(cohort, { rate, serverRate, momentum });
      close(flat(process.getModelWeights(state).trainable), reference.x);
      close(controls(state.clientWork), reference.c);
    }
    expect(Object.keys(state.clients).sort()).toEqual([0, 1, 2, 3, 4].map((c) => `client ${c}`));
    for (const [c, own] of reference.own) close(controls(state.clients[`client ${c}`]), own);
  });

  it('takes optimizers of Keras as well, and a schedule of rates', async () => {
    const build = (options: object) => algorithms.buildScaffold(zeroModel(), { numClients: 5, ...options } as never);
    const clients = [client(0), client(3)];
    using a = build({ clientOptimizer: optimizers.sgdm({ learningRate: 0.05, momentum: 0.9, nesterov: true }) });
    using b = build({ clientOptimizer: keras.optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }) });
    const [first, second] = [await train(a, clients, 3), await train(b, clients, 3)];
    close(flat(second.state.globalModelWeights.trainable), flat(first.state.globalModelWeights.trainable));
    close(controls(second.state.clientWork), controls(first.state.clientWork));
    using scheduled = build({ clientOptimizer: sgd(1), clientLearningRate: [0.05, 0] });
    const one = await train(scheduled, clients, 1);
    const two = await train(scheduled, clients, 1, one.state);
    // Steps of no length change nothing.
    expect(plain(two.state.clients)).toEqual(plain(one.state.clients));
    expect(plain(two.state.clientWork)).toEqual(plain(one.state.clientWork));
    expect(plain(two.state.globalModelWeights)).toEqual(plain(one.state.globalModelWeights));
    expect(two.metrics[0]).toMatchObject({ clientWork: { clientLearningRate: 0, train: { num_non_finite_clients: 0 } } });
  });

  it('finds the optimum of all clients, from which FedAvg drifts away', async () => {
    const clients = ROWS.map((_, c) => client(c, { epochs: 5 }));
    using scaffold = algorithms.buildScaffold(zeroModel(), { numClients: 5, clientOptimizer: sgd(0.05) });
    using fedAvg = algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.05) });
    // At the optimum, the mean of the clients' gradients is 0.
    const distance = async (process: typeof scaffold) => {
      const { state } = await train(
        process,
        clients.map((c) => c.withOptions({ batchSize: 100 })),
        150,
      );
      const w = flat(process.getModelWeights(state).trainable);
      return Math.hypot(...ROWS.reduce<Vector>((g, rows) => plus(g, gradient(w, rows), 1 / 5), ZERO));
    };
    expect(await distance(scaffold)).toBeLessThan(1e-3);
    expect(await distance(fedAvg)).toBeGreaterThan(0.02);
  });

  it('goes on from a saved state as if it had never stopped', async () => {
    const rootDir = await mkdtemp(join(tmpdir(), 'scaffold-'));
    try {
      const options = { numClients: 5, clientOptimizer: sgd(0.05), seed: 3 };
      const cohort = (cs: readonly number[]) => cs.map((c) => client(c, { shuffle: true }));
      using one = algorithms.buildScaffold(zeroModel(), options);
      let state = await one.initialize();
      for (const cs of COHORTS.slice(0, 3)) ({ state } = await one.next(state, cohort(cs)));
      const manager = programs.fileProgramStateManager({ rootDir });
      await manager.save(state, 3);
      for (const cs of COHORTS.slice(3)) ({ state } = await one.next(state, cohort(cs)));
      using other = algorithms.buildScaffold(zeroModel(), options);
      let resumed = (await programs.fileProgramStateManager({ rootDir }).load(3)) as unknown as LearningState;
      for (const cs of COHORTS.slice(3)) ({ state: resumed } = await other.next(resumed, cohort(cs)));
      expect(plain(resumed)).toEqual(plain(state));
    } finally {
      await rm(rootDir, { recursive: true });
    }
  });

  it('leaves a client as it was whose training is not finite', async () => {
    using process = algorithms.buildScaffold(zeroModel(), { numClients: 5, clientOptimizer: sgd(0.05) });
    const { state } = await train(process, [client(0), client(1)], 1);
    const broken = data.clientDataset({ x: tensor([[Number.NaN, 1]]), y: tensor([[1]]) }, { id: 'client 1' });
    const alone = await train(process, [client(0)], 1, state);
    const { state: after, metrics } = await train(process, [client(0), broken], 1, state);
    expect(metrics[0]).toMatchObject({ clientWork: { train: { num_non_finite_clients: 1 } }, finalizer: { updateNonFinite: 0 } });
    expect(plain(after.clients)).toEqual(plain(alone.state.clients));
    close(controls(after.clientWork), controls(alone.state.clientWork));
  });

  it('is bit-identical at any concurrency', async () => {
    const clients = ROWS.map((_, c) => client(c, { shuffle: true }));
    await expectSameAtAnyConcurrency(
      () => algorithms.buildScaffold(zeroModel(), { numClients: 5, clientOptimizer: sgd(0.05), seed: 1 }),
      clients,
    );
  });

  it('refuses bad parts, clients without names, clients too many, and states of others', async () => {
    const build =
      (options: object, model: unknown = zeroModel()) =>
      () =>
        algorithms.buildScaffold(model as never, { numClients: 2, clientOptimizer: sgd(0.1), ...options } as never);
    expect(build({ numClients: 0 })).toThrow(/`numClients` must be/);
    expect(build({ numClients: undefined })).toThrow(/`numClients` must be/);
    expect(build({ clientOptimizer: 'sgd' })).toThrow(/`clientOptimizer` must be an optimizer/);
    expect(build({ modelAggregator: aggregators.mean() })).toThrow(/UnweightedAggregationFactory/);
    expect(build({ clientWeighting: 'uniform' })).toThrow(/has no option `clientWeighting`/);
    expect(build({}, {})).toThrow(/`model` must be a federated model/);
    using process = build({})();
    const state = await process.initialize();
    await expect(process.next(state, [])).rejects.toThrow(/at least one/);
    await expect(process.next(state, [client(0), client(0)])).rejects.toThrow(/another client than "client 0"/);
    const { x, y } = client(0);
    await expect(process.next(state, [data.clientDataset({ x, y })])).rejects.toThrow(/must have a name/);
    const { state: full } = await process.next(state, [client(0), client(1)]);
    await expect(process.next(full, [client(1), client(2)])).rejects.toThrow(/one of the 2 of `numClients`, received "client 2" besides/);
    await process.next(full, [client(1), client(0)]);
    using fedAvg = algorithms.buildUnweightedFedAvg(zeroModel(), { clientOptimizer: sgd(0.1) });
    await expect(process.next(await fedAvg.initialize(), [client(0)])).rejects.toThrow(/state of this process/);
    await expect(fedAvg.next(full, [client(0)])).rejects.toThrow(/state of this process/);
    expect(() => process.getClientWeights(full, 'client 0')).toThrow(/weights of its own/);
  });
});
