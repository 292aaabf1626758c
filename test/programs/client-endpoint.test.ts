import { describe, expect, it } from 'vitest';
import { aggregators, algorithms, data, type LearningProcess, optimizers, programs, RemoteClientError, tensor } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { EVALUATION, TRAINING } from '../algorithms/every.js';
import { plain, train } from '../algorithms/fixtures.js';
import { fixtureD, fourExamples, randomModel, twoExamples, zeroModel } from '../templates/fixtures.js';
import { remote } from '../templates/remote-fixtures.js';

/** Three clients with names, of several batches. */
const CLIENTS = [fixtureD, fourExamples, twoExamples].map((make, i) => make().withOptions({ batchSize: 1, id: `client ${i}` }));
const clientOptimizer = optimizers.sgdm({ learningRate: 0.01 });
const unweighted = (modelAggregator: aggregators.Aggregator, model = zeroModel()) =>
  algorithms.buildUnweightedFedAvg(model, { clientOptimizer, modelAggregator, seed: 3 });

/** That a process has the same bits with remote clients, and with some of each, as with local ones. */
async function expectSameBits(make: () => LearningProcess, clients: readonly data.ClientDataset[] = CLIENTS): Promise<void> {
  using elsewhere = make();
  const elsewheres = clients.map((client) => remote(elsewhere, client));
  const mixed = clients.map((client, i) => (i === 1 ? client : (elsewheres[i] as data.RemoteClient)));
  const results: unknown[] = [];
  for (const cohort of [clients, elsewheres, mixed]) {
    using server = make();
    results.push(plain(await train(server, cohort, 2)));
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
}

describe('a round with remote clients has, bit by bit, the result of one with local clients', () => {
  it.each(Object.entries({ ...TRAINING, ...EVALUATION }))('%s', (_, build) => expectSameBits(() => build(zeroModel())));

  const { secureSum, additiveSharing } = aggregators;
  it.each<[string, () => aggregators.Aggregator]>([
    ['noise on the client', () => aggregators.dpLocal({ noiseMultiplier: 1, clip: 1, seed: 1 })],
    ['noise on the server', () => aggregators.dpGaussianAdaptive({ noiseMultiplier: 0.1, clientsPerRound: 3, seed: 1 })],
    ['noise by a tree', () => aggregators.dpTree({ noiseMultiplier: 1, clientsPerRound: 3, l2NormClip: 1, seed: 1 })],
    ['a secure sum', () => aggregators.unweightedMean({ valueSum: secureSum({ upperBoundThreshold: 1, protocol: additiveSharing() }) })],
    [
      'a rotation and few bits',
      () =>
        aggregators.hadamardTransform({
          inner: aggregators.uniformStochasticQuantizer({ numLevels: 16, inner: aggregators.unweightedMean() }),
        }),
    ],
    ['all updates at once', () => aggregators.coordinateMedian()],
  ])('%s', (_, make) => expectSameBits(() => unweighted(make())));

  it('with dropout, and data that each endpoint shuffles by itself', async () => {
    const shuffled = [1, 2, 3].map((seed) =>
      data.clientDataset(
        {
          x: tensor(
            Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * seed)),
            [6, 4],
          ),
          y: tensor(Int32Array.of(0, 1, 2, 0, 1, 2)),
        },
        { batchSize: 2, epochs: 2, shuffle: true, seed },
      ),
    );
    await expectSameBits(() => algorithms.buildWeightedFedAvg(randomModel(), { clientOptimizer, seed: 5 }), shuffled);
    // The server does not know, and one that has data of its own may do otherwise.
    using elsewhere = unweighted(aggregators.unweightedMean(), randomModel() as never);
    using server = unweighted(aggregators.unweightedMean(), randomModel() as never);
    const [a, b, c] = shuffled as [data.ClientDataset, data.ClientDataset, data.ClientDataset];
    const cohort = [remote(elsewhere, a), b.withOptions({ shuffle: false }), remote(elsewhere, c)];
    expect((await server.next(await server.initialize(), cohort)).metrics.clientWork?.train?.num_examples).toBe(36);
  });
});

/** What a server asks, and a client answers, in one round of one client. */
async function messages(
  make: () => LearningProcess,
  client: data.ClientDataset | (() => data.ClientDataset) = CLIENTS[2] as data.ClientDataset,
) {
  const [server, elsewhere] = [make(), make()];
  const errors: unknown[] = [];
  const endpoint = programs.clientEndpoint(elsewhere, client, { onError: (error) => errors.push(error) });
  const sent: Uint8Array[] = [];
  const received: Uint8Array[] = [];
  const call = async (request: Uint8Array) => {
    sent.push(request.slice());
    const answer = await endpoint(request);
    received.push(answer.slice());
    return answer;
  };
  const round = server.next(await server.initialize(), [data.remoteClient({ id: 'a', call })]);
  return { server, endpoint, errors, sent, received, round };
}
const fedAvg = () => algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer });
const HEAD = 64;
// A kernel of two numbers and a bias.
const WEIGHTS = 4 * 3;

describe('what travels', () => {
  it('is what a client uses, and what it gives', async () => {
    const { sent, received, round } = await messages(fedAvg);
    await round;
    // The learning rate; a weight, two counters, a loss with its weight and a guard.
    expect(sent.map(({ length }) => length)).toEqual([HEAD + 4 + WEIGHTS]);
    expect(received[0]?.length).toBeGreaterThan(HEAD + WEIGHTS);
    expect(received[0]?.length).toBeLessThan(HEAD + WEIGHTS + 64);
  });

  it("is nothing of the server's state that is its own, as the noise that it has added", async () => {
    const make = () => unweighted(aggregators.dpTree({ noiseMultiplier: 1, clientsPerRound: 1, l2NormClip: 1 }));
    const { server, sent, round } = await messages(make);
    const { state } = await round;
    const nodes = JSON.stringify(plain(state.aggregator)).length;
    expect(nodes).toBeGreaterThan(100);
    // The learning rate, the clipping norm and its estimate.
    expect(sent[0]?.length).toBe(HEAD + 4 + 2 * 4 + WEIGHTS);
    server.dispose();
  });

  it("is no entropy: a client's noise is drawn by its endpoint, and another in each round", async () => {
    const make = () => unweighted(aggregators.dpLocal({ noiseMultiplier: 1, clip: 1 }));
    const { endpoint, sent, received, round } = await messages(make);
    await round;
    expect(sent[0]?.length).toBe(HEAD + 4 + WEIGHTS);
    const again = await endpoint(sent[0] as Uint8Array);
    expect(again.length).toBe(received[0]?.length);
    expect(again).not.toEqual(received[0]);
  });

  it('is the same again where nothing is secret', async () => {
    const { endpoint, sent, received, round } = await messages(fedAvg);
    await round;
    expect(await endpoint(sent[0] as Uint8Array)).toEqual(received[0]);
  });
});

describe('an endpoint', () => {
  it('says what is wrong with a request, and tells its own side', async () => {
    const { endpoint, errors, sent, round } = await messages(fedAvg);
    await round;
    const refusal = async (request: Uint8Array) =>
      Buffer.from(await endpoint(request))
        .subarray(8)
        .toString();
    expect(await refusal(Buffer.from('hello'))).toBe('`request` must be a request of fedkeras, received something else');
    expect(await refusal((sent[0] as Uint8Array).slice(0, -1))).toMatch(/^`request` must have \d+ bytes, received \d+$/);
    expect(errors).toEqual([expect.any(RemoteClientError), expect.any(RemoteClientError)]);
  });

  it.each<[string, () => LearningProcess]>([
    ['a constant of the algorithm', () => algorithms.buildWeightedFedProx(zeroModel(), { clientOptimizer, proximalStrength: 0.5 })],
    ['an option of the algorithm', () => algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer, maxGradientNorm: 1 })],
    [
      'an aggregator',
      () =>
        algorithms.buildWeightedFedAvg(zeroModel(), {
          clientOptimizer,
          modelAggregator: aggregators.clipping({ clippingNorm: 1, inner: aggregators.mean() }),
        }),
    ],
    ['a model', () => algorithms.buildWeightedFedAvg(randomModel(), { clientOptimizer })],
    ['an evaluation', () => algorithms.buildFedEval(zeroModel())],
  ])('refuses a server that has %s of its own', async (_, make) => {
    using server = make();
    using elsewhere = algorithms.buildWeightedFedProx(zeroModel(), { clientOptimizer, proximalStrength: 0.1 });
    await expect(server.next(await server.initialize(), [remote(elsewhere, twoExamples())])).rejects.toThrow(
      /^clients\[0\]: the client says "`request` must be of a process like the endpoint's: the server has another algorithm, model or option/,
    );
  });

  it('says nothing of its data where it fails, and tells its own side', async () => {
    const secret = new Error('patient 7 has no age');
    const failing = [
      () => {
        throw secret;
      },
      () => data.clientDataset({ x: tensor([[1, 2, 3]]), y: tensor([[1]]) }),
    ];
    const said: string[] = [];
    for (const client of failing) {
      const { errors, round } = await messages(fedAvg, client);
      await round.catch((error) => said.push(error.message));
      expect(errors).toHaveLength(1);
    }
    expect(said).toEqual([
      'clients[0]: the client says "it failed: Error"',
      'clients[0]: the client says "it failed: ValueError (ERR_INVALID_ARG_VALUE)"',
    ]);
  });

  it('loads its data for each request, and is not changed by any', async () => {
    let loaded = 0;
    const { endpoint, sent, received, round } = await messages(fedAvg, () => {
      loaded += 1;
      return twoExamples();
    });
    await round;
    const answers = await Promise.all([1, 2, 3].map(() => endpoint(sent[0] as Uint8Array)));
    expect([loaded, ...answers]).toEqual([4, ...answers.map(() => received[0])]);
  });

  it('answers mutated requests, or refuses them by name', async () => {
    const { endpoint, errors, sent, round } = await messages(fedAvg);
    await round;
    const random = new Random(4);
    for (let i = 0; i < 200; i++) {
      const request = (sent[0] as Uint8Array).slice(0, i % 4 === 0 ? random.integer(90) : undefined);
      for (let k = 0; k < 2 && request.length > 0; k++) request[random.integer(request.length)] = random.integer(256);
      const answer = Buffer.from(await endpoint(request));
      expect(['FEDKANS', 'FEDKERR']).toContain(answer.subarray(0, 7).toString());
    }
    for (const error of errors) expect(error).toBeInstanceOf(RemoteClientError);
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.length).toBeLessThan(190);
  });

  it('refuses what is no process, data, option or request', async () => {
    using process = fedAvg();
    const make =
      (...args: unknown[]) =>
      () =>
        programs.clientEndpoint(...(args as Parameters<typeof programs.clientEndpoint>));
    expect(make({}, twoExamples())).toThrow('`process` must be a learning process');
    expect(make(process, [twoExamples()])).toThrow(
      '`client` must be a clientDataset, or a function that returns one, received an array of 1',
    );
    expect(make(process, twoExamples(), { log: 1 })).toThrow('has no option `log`');
    expect(make(process, twoExamples(), { onError: 1 })).toThrow('`onError` must be a function');
    await expect(make(process, twoExamples())()('request' as never)).rejects.toThrow('`request` must be a Uint8Array, received "request"');
    const none = make(process, () => 5)();
    expect(Buffer.from(await none(new Uint8Array(0))).toString()).toContain('it failed: TypeError (ERR_INVALID_ARG_TYPE)');
  });
});
