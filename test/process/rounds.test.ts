/** Programs that train, from their beginning to their end: what they print, how they end, and whether they wait. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('round.mjs', import.meta.url));

interface End {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a task; where it prints `begun`, sends it `signal`. */
function run(what: string, { signal, env = {} }: { signal?: NodeJS.Signals; env?: Record<string, string> } = {}): Promise<End> {
  const child = spawn(process.execPath, [program, what], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    const before = stdout;
    stdout += data.toString();
    if (signal !== undefined && stdout.includes('begun') && !before.includes('begun')) child.kill(signal);
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((resolve) =>
    child.on('close', (status, by) => resolve({ status, signal: by, stdout: stdout.trim(), stderr: stderr.trim() })),
  );
}

const ok = (stdout: string): End => ({ status: 0, signal: null, stdout, stderr: '' });
// One step of gradient descent from zero weights: 0.02 times the mean of y·[x1, x2, 1] over [1, 2] → 1 and [3, 4] → 2.
const expected = [7, 10, 3].map((sum) => 0.02 * (sum / 2));
const close = (weights: number[]) => expected.forEach((e, i) => expect(weights[i]).toBeCloseTo(e, 6));

describe('a program that trains', () => {
  it('prints nothing of its own, not even the first time', async () => expect(await run('quiet')).toEqual(ok('')));

  it("prints TensorFlow's lines where it is asked to", async () => {
    const { status, stdout, stderr } = await run('quiet', { env: { FEDKERAS_TF_LOG: 'all' } });
    expect([status, stdout]).toEqual([0, '']);
    expect(stderr).not.toBe('');
  });

  it('has the right result', async () => {
    const { stdout, ...end } = await run('result');
    expect(end).toEqual({ status: 0, signal: null, stderr: '' });
    close(JSON.parse(stdout));
  });

  it('ends with whatever it has left open', async () => expect(await run('leftOpen')).toEqual(ok('done')));

  it('ends by process.exit during a round', async () => expect(await run('exit')).toEqual({ ...ok('begun'), status: 7 }));

  it('ends by an uncaught error during a round', async () => {
    const { stderr, ...end } = await run('uncaught');
    expect(end).toEqual({ status: 1, signal: null, stdout: 'begun' });
    expect(stderr).toContain('Error: on purpose');
  });

  it('ends by a failing round that nobody awaits', async () => {
    const { stderr, ...end } = await run('unhandled');
    expect(end).toEqual({ status: 1, signal: null, stdout: '' });
    expect(stderr).toContain('this client has no data');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s during a round', async (signal) => {
    expect(await run('signal', { signal })).toEqual({ status: null, signal, stdout: 'begun', stderr: '' });
  });

  it('may give a round up when it is asked to end, and go on from the state before', async () => {
    const { stdout, ...end } = await run('abort', { signal: 'SIGINT' });
    expect(end).toEqual({ status: 0, signal: null, stderr: '' });
    const lines = stdout.split('\n').filter((line) => line !== 'begun');
    expect(lines[0]).toBe('asked to end');
    close(JSON.parse(lines[1] as string));
  });

  it('does other things while clients run', async () => {
    // A blocked event loop would turn a few times only: once for each of the promises that a round is made of.
    expect(Number((await run('ticks')).stdout)).toBeGreaterThan(100);
  });
});

describe('workers that train', () => {
  it('end by themselves, all with the result of the main thread', async () => {
    const { stdout, ...end } = await run('workers');
    expect(end).toEqual({ status: 0, signal: null, stderr: '' });
    const all = JSON.parse(stdout) as [...{ code: number; messages: number[][] }[], number[]];
    const own = all.pop() as number[];
    close(own);
    expect(all).toEqual(Array(3).fill({ code: 0, messages: [own] }));
  });

  it('are terminated during a round, and the main thread goes on', async () => {
    const { stdout, ...end } = await run('terminate');
    expect(end).toEqual({ status: 0, signal: null, stderr: '' });
    const [worker, own] = JSON.parse(stdout) as [unknown, number[]];
    expect(worker).toEqual({ code: 1, messages: ['begun'] });
    close(own);
  });
});
