/** Rounds whose remote clients answer late, wrongly or not at all. */
import { describe, expect, it, vi } from 'vitest';
import { algorithms, data, type LearningProcess, ops, optimizers, RemoteClientError, TooFewClientsError, tensor } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { plain } from '../algorithms/fixtures.js';
import { randomModel, twoExamples, zeroModel } from './fixtures.js';
import { remote, through } from './remote-fixtures.js';

type Call = data.RemoteClientOptions['call'];
const fedAvg = (model: ReturnType<typeof zeroModel> | ReturnType<typeof randomModel> = zeroModel()) =>
  algorithms.buildWeightedFedAvg(model, { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }), seed: 1 });
const dataset = (i: number) => data.clientDataset({ x: tensor([[1, i]]), y: tensor([[i]]) }, { id: `client ${i}` });
/** Rounds of a process with another that its clients have. */
async function setting(make: () => LearningProcess = fedAvg) {
  const [server, elsewhere] = [make(), make()];
  const state = await server.initialize();
  const next = (clients: readonly data.Client[], options = {}) => server.next(state, clients, options);
  return { server, elsewhere, state, next, client: (i: number) => remote(elsewhere, dataset(i)) };
}
const calling = (call: Call) => data.remoteClient({ call });
const silent = () => new Promise<never>(() => {});

describe('a remote client that fails', () => {
  it.each<[string, (honest: Call) => Call, RegExp]>([
    [
      'a transport that throws',
      () => () => {
        throw new Error('no route');
      },
      /^no route$/,
    ],
    ['a transport that rejects', () => async () => Promise.reject(new Error('reset')), /^reset$/],
    ['nothing', () => async () => undefined as never, /^clients\[1\]: `answer` must be a Uint8Array/],
    [
      'less',
      (honest) =>
        async (...args) =>
          (await honest(...args)).slice(1),
      /^clients\[1\]: `answer` must be an answer of fedkeras/,
    ],
    [
      'more',
      (honest) =>
        async (...args) =>
          Buffer.concat([await honest(...args), Buffer.alloc(9)]),
      /^clients\[1\]: `answer` must have \d+ bytes/,
    ],
    [
      'the answer to an altered request',
      (honest) => (request, options) => honest(Object.assign(request.slice(), { 56: 9 }), options),
      /to this request/,
    ],
  ])('%s fails the round, or is left out', async (_, make, message) => {
    const { elsewhere, next, client } = await setting();
    const bad = calling(make(through(elsewhere, dataset(1))));
    await expect(next([client(0), bad, client(2)])).rejects.toThrow(message);
    const { state, failures } = await next([client(0), bad, client(2)], { minCompletionRate: 0.6 });
    expect(failures.map(({ position, error }) => [position, (error as Error).message])).toEqual([[1, expect.stringMatching(message)]]);
    expect(plain(state)).toEqual(plain((await next([dataset(0), dataset(2)])).state));
    await expect(next([client(0), bad, client(2)], { minCompletionRate: 0.9 })).rejects.toThrow(TooFewClientsError);
  });

  it('keeps its number, so that nobody is asked twice because of it', async () => {
    const { elsewhere, next } = await setting(() => fedAvg(randomModel()));
    const of = (i: number) =>
      data.clientDataset(
        {
          x: tensor([
            [1, i, 2, 3],
            [3, 2, i, 1],
          ]),
          y: tensor(Int32Array.of(i % 3, 1)),
        },
        { batchSize: 1, shuffle: true },
      );
    const numbers: number[][] = [[], [], [], [], []];
    const clients = numbers.map((own, i) =>
      calling(async (request, options) => {
        own.push(Number(new DataView(request.buffer).getBigInt64(56, true)));
        if (i === 1) throw new Error('gone');
        return through(elsewhere, of(i))(request, options);
      }),
    );
    const { state, failures } = await next(clients, { minCompletionRate: 0.5 });
    expect([numbers, failures.length]).toEqual([[[0], [1], [2], [3], [4]], 1]);
    // The same clients with other numbers have another order of their examples, and other units dropped.
    expect(plain(state)).not.toEqual(plain((await next([0, 2, 3, 4].map(of))).state));
    expect(plain((await next(clients, { minCompletionRate: 0.5 })).state)).toEqual(plain(state));
  });

  it('is too late, and told so', async () => {
    const { next, client } = await setting();
    let told: unknown;
    const late = calling((_, { signal }) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      return silent();
    });
    const warm = client(1);
    await next([warm]);
    const { failures } = await next([late, warm], { minCompletionRate: 0.5, clientTimeout: 500 });
    expect(failures[0]?.error).toMatchObject({ code: 'ERR_CLIENT_TIMEOUT', message: 'clients[0] took longer than 500 ms for its answer' });
    expect(told).toBe(failures[0]?.error);
  });

  it('ends the calls of all others where it fails the round', async () => {
    const { next } = await setting();
    const aborted = vi.fn();
    const waiting = calling((_, { signal }) => {
      signal.addEventListener('abort', aborted);
      return silent();
    });
    await expect(next([waiting, waiting, calling(async () => Promise.reject(new Error('reset')))])).rejects.toThrow('reset');
    expect(aborted).toHaveBeenCalledTimes(2);
  });

  it('may send anything but harm: every mutated answer counts or is refused by name', async () => {
    const { elsewhere, state, next, client } = await setting();
    const random = new Random(2);
    for (let i = 0; i < 100; i++) {
      const hostile = calling(async (...args) => {
        const answer = await through(elsewhere, dataset(1))(...args);
        for (let k = 0; k < 3; k++) answer[random.integer(answer.length)] = random.integer(256);
        return answer;
      });
      const { state: after, failures } = await next([client(0), hostile], { minCompletionRate: 0.5 });
      for (const { error } of failures) expect(error).toBeInstanceOf(RemoteClientError);
      for (const weights of after.globalModelWeights.trainable)
        expect([weights.shape, Array.from(weights.data as Float32Array).every(Number.isFinite)]).toEqual([weights.shape, true]);
    }
    expect(plain(state)).toEqual(plain(await (await setting()).server.initialize()));
  });
});

describe('a signal', () => {
  it('ends calls with its reason', async () => {
    const { next } = await setting();
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const waiting = calling((_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      controller.abort('enough');
      return silent();
    });
    await expect(next([waiting], { signal: controller.signal })).rejects.toBe('enough');
    expect(reasons).toEqual(['enough']);
  });
});

describe('remote clients', () => {
  it('are called many at a time, and counted in order however they answer', async () => {
    const { elsewhere, next } = await setting();
    let [now, most] = [0, 0];
    const warned = vi.fn();
    process.on('warning', warned);
    const random = new Random(3);
    const slow = (i: number) =>
      calling(async (...args) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, random.integer(60)));
        now -= 1;
        return through(elsewhere, dataset(i))(...args);
      });
    const numbers = Array.from({ length: 40 }, (_, i) => i % 7);
    const seen: number[] = [];
    const { state } = await next(numbers.map(slow), { onProgress: ({ clients }: { clients: number }) => seen.push(clients) });
    expect(plain(state)).toEqual(plain((await next(numbers.map(dataset))).state));
    expect(seen).toEqual(numbers.map((_, i) => i + 1));
    expect(most).toBeGreaterThan(20);
    expect(warned).not.toHaveBeenCalled();
    process.off('warning', warned);
  });

  it('are at most as many at a time as memory and connections allow', async () => {
    const { elsewhere, next } = await setting();
    let [now, most] = [0, 0];
    const call = through(elsewhere, dataset(1));
    const counted = calling(async (...args) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 200));
      now -= 1;
      return call(...args);
    });
    await next(Array(300).fill(counted));
    expect(most).toBe(256);
  });

  it('and local ones make one round, whichever of them fail', async () => {
    const { next, client } = await setting();
    const gone = calling(async () => Promise.reject(new Error('gone')));
    const lost = () => Promise.reject(new Error('lost'));
    const cohort = [dataset(0), client(1), gone, dataset(3), lost, () => client(5), gone, dataset(7)];
    const { state, failures } = await next(cohort, { minCompletionRate: 0.5 });
    expect(failures.map(({ position }) => position)).toEqual([2, 4, 6]);
    expect(plain(state)).toEqual(plain((await next([0, 1, 3, 5, 7].map(dataset))).state));
  });

  it('are asked once more where a local one fails in its training', async () => {
    const { elsewhere, next } = await setting(() =>
      algorithms.buildWeightedFedAvg(zeroModel(), {
        clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }),
        clientWeighting: (examples) => ops.where(ops.greater(examples, 1.5), Number.NaN, examples),
      }),
    );
    const asked = [0, 0];
    const [first, last] = asked.map((_, i) =>
      calling((...args) => {
        asked[i] = (asked[i] as number) + 1;
        return through(elsewhere, dataset(i))(...args);
      }),
    ) as [data.RemoteClient, data.RemoteClient];
    const { state, failures } = await next([first, twoExamples(), dataset(6), last], { minCompletionRate: 0.5 });
    expect(failures.map(({ position }) => position)).toEqual([1]);
    expect(plain(state)).toEqual(plain((await next([0, 6, 1].map(dataset))).state));
    // Not while it is found out whether others fail.
    expect(asked).toEqual([2, expect.any(Number)]);
    expect(asked[1]).toBeLessThanOrEqual(2);
  });

  it('are no clients of a round of something else', async () => {
    const { next } = await setting();
    const other = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.1, momentum: 0.9 }) });
    await expect(next([remote(other, twoExamples())])).rejects.toThrow(
      /^clients\[0\]: the client says "`request` must be of a process like the endpoint's/,
    );
  });
});
