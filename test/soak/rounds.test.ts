/** Many rounds, by `npm run test:soak`: what a process takes at the end is what it took near the beginning. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { algorithms, data, fromKerasModel, keras, type LearningState, optimizers, tensor, tensorSpec } from '../../src/index.js';
import { collectGarbage } from '../../src/native/garbage.js';
import { binding } from '../../src/native/loader.js';

const [ROUNDS, WARM_UP, CLIENTS, EXAMPLES] = [10_000, 1_000, 4, 20];
const residentMegabytes = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

function learning() {
  const model = fromKerasModel(keras.sequential([keras.input({ shape: [784] }), keras.layers.dense({ units: 10 })]), {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, 784], 'float32'), y: tensorSpec([null], 'int32') },
  });
  return algorithms.buildWeightedFedAvg(model, {
    clientOptimizer: optimizers.sgdm({ learningRate: 0.02 }),
    serverOptimizer: optimizers.adam({ learningRate: 0.001 }),
  });
}
// Reading data is not what is looked at: every client's is a part of one pool.
const pool = Float32Array.from({ length: EXAMPLES * 784 + 1000 }, (_, i) => ((i * 31) % 17) / 17);
const client = (c: number) =>
  data.clientDataset(
    {
      x: tensor(pool.subarray(c % 1000, (c % 1000) + EXAMPLES * 784), [EXAMPLES, 784]),
      y: tensor(Int32Array.from({ length: EXAMPLES }, (_, i) => (i + c) % 10)),
    },
    { batchSize: 10 },
  );

describe.runIf(process.platform === 'linux')('10,000 rounds', () => {
  it('take no more memory, handles or threads than 1,000', { timeout: 3_600_000 }, async () => {
    using process = learning();
    let state: LearningState = await process.initialize();
    const kept = Array.from({ length: CLIENTS }, (_, c) => client(c));
    const taken = async () => {
      await collectGarbage();
      return { handles: binding().stats(), threads: readdirSync('/proc/self/task').length, resident: residentMegabytes() };
    };
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round++)
        // Data that stays, and data that is made for the round and thrown away.
        ({ state } = await process.next(state, [...kept, () => client(round)]));
    };
    await rounds(WARM_UP);
    const before = await taken();
    await rounds(ROUNDS - WARM_UP);
    const after = await taken();
    expect(Number(state.round.data[0])).toBe(ROUNDS);
    expect(after.handles).toEqual(before.handles);
    expect(after.threads).toBe(before.threads);
    expect(after.resident).toBeLessThan(before.resident + 32);
  });
});

describe('while training', () => {
  it('the event loop is late by less than 10 ms in 99 of 100 cases, and a web server answers', { timeout: 600_000 }, async () => {
    using process = learning();
    let state: LearningState = await process.initialize();
    const clients = Array.from({ length: 200 }, (_, c) => () => client(c));
    ({ state } = await process.next(state, clients));
    const server = createServer((_, response) => response.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = (): Promise<string> =>
      new Promise((resolve, reject) => {
        get({ port, host: '127.0.0.1', agent: false }, (response) => response.on('data', (text) => resolve(String(text)))).on(
          'error',
          reject,
        );
      });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    let running = true;
    const training = (async () => {
      for (let round = 0; round < 50; round++) ({ state } = await process.next(state, clients));
    })().finally(() => {
      running = false;
    });
    const answers = new Set<string>();
    let count = 0;
    while (running) {
      answers.add(await ask());
      count += 1;
    }
    await training;
    delay.disable();
    server.close();
    expect([...answers]).toEqual(['here']);
    expect(count).toBeGreaterThan(100);
    expect(delay.percentile(99) / 1e6).toBeLessThan(10);
  });
});
