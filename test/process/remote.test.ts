/** Clients that are other processes, over HTTP: with the built package there, and the sources here. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fedkeras from '../../src/index.js';
import { plain, train } from '../algorithms/fixtures.js';
// @ts-expect-error: it is also run as it is
import { learning, points } from './remote-setting.mjs';

const program = fileURLToPath(new URL('remote-client.mjs', import.meta.url));
const children: ChildProcess[] = [];

/** A process with a client's data, and where it listens. */
async function start(client: number): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [program, String(client)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [url] = await new Promise<string[]>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => resolve(data.toString().trim().split('\n')));
    child.on('exit', (code) => reject(new Error(`the client ended with ${code}`)));
  });
  return { child, url: url as string };
}

const remote = (url: string) =>
  fedkeras.data.remoteClient({
    call: async (request, { signal }) => {
      const response = await fetch(url, { method: 'POST', body: request as Uint8Array<ArrayBuffer>, signal });
      return new Uint8Array(await response.arrayBuffer());
    },
  });

describe('clients in other processes', () => {
  let started: Awaited<ReturnType<typeof start>>[];
  beforeAll(async () => {
    started = await Promise.all([0, 1].map(start));
  });
  afterAll(() => {
    for (const child of children) child.kill();
  });

  it('have the bits of clients in this one', async () => {
    const local = [0, 1, 2].map((client) => points(fedkeras, client));
    const elsewhere = [...started.map(({ url }) => remote(url)), local[2]];
    expect(plain(await train(learning(fedkeras), elsewhere, 3))).toEqual(plain(await train(learning(fedkeras), local, 3)));
  });

  it('may die in a round, which goes on without them', async () => {
    const dying = await start(2);
    const cohort = [...started.map(({ url }) => remote(url)), remote(dying.url)];
    using server = learning(fedkeras);
    const state = await server.initialize();
    const kill = fedkeras.data.remoteClient({
      call: async () => {
        dying.child.kill('SIGKILL');
        await new Promise((resolve) => dying.child.on('exit', resolve));
        throw new Error('it is dead');
      },
    });
    const gone = await server.next(state, [...cohort.slice(0, 2), kill], { minCompletionRate: 0.5 });
    const { state: after, failures } = await server.next(state, cohort, { minCompletionRate: 0.5 });
    expect(failures.map(({ position }: fedkeras.ClientFailure) => position)).toEqual([2]);
    expect(plain(after)).toEqual(plain(gone.state));
  });
});
