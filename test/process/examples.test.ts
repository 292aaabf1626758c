/** The examples, run as their readers run them: they use the built package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keras, programs, type Tensor, tensor } from '../../src/index.js';
import { packageRoot } from '../../src/native/platform.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface End {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an example in our folder; `onOutput` is told all that it has printed so far. */
function run(example: string, args: readonly string[], onOutput: (stdout: string, child: ChildProcess) => void = () => {}): Promise<End> {
  const child = spawn(process.execPath, [join(packageRoot(), 'examples', example), ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    onOutput(stdout, child);
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

describe('quickstart', () => {
  it('trains, and saves a model that can be loaded', async () => {
    const { status, stdout, stderr } = await run('quickstart.mjs', ['trained.keras']);
    expect([status, stderr]).toEqual([0, '']);
    const losses = [...stdout.matchAll(/loss: ([\d.]+)/g)].map((m) => Number(m[1]));
    expect(losses.length).toBe(5);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    const model = await keras.loadModel(join(folder, 'trained.keras'));
    expect(model.countParams()).toBe(4 * 8 + 8 + 8 * 3 + 3);
  });
});

describe('strategy', () => {
  it('goes on after the last round as if there had been no end', async () => {
    const lines = async (rounds: number) => {
      const { status, stdout, stderr } = await run('strategy.mjs', [String(rounds)]);
      expect([status, stderr]).toEqual([0, '']);
      return stdout.trim().split('\n');
    };
    const parts = [await lines(3), await lines(10)];
    rmSync(join(folder, 'runs', 'strategy'), { recursive: true });
    const whole = await lines(10);
    expect(parts.map((part) => part.length)).toEqual([4, 7]);
    expect(parts.flat()).toEqual(whole);
    whole.forEach((line, round) => expect(line).toMatch(new RegExp(`^round ${round}  loss (…|\\d\\.\\d{4})  accuracy [01]\\.\\d{4}$`)));
    // A third is what guessing gives.
    expect(Number(whole.at(-1)?.split(' ').at(-1))).toBeGreaterThan(0.8);
  });

  it('stops at Ctrl-C', async () => {
    rmSync(join(folder, 'runs', 'strategy'), { recursive: true, force: true });
    const { status, stdout, stderr } = await run('strategy.mjs', ['100000'], (printed, child) => {
      if (printed.includes('round 2 ') && !child.killed) child.kill('SIGINT');
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/stopped: the same command goes on from the last round\n$/);
  });
});

describe('remote', () => {
  /** A client's process, and where it listens. */
  async function client(number: number): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, [join(packageRoot(), 'examples', 'remote', 'client.mjs'), String(number), '0'], { cwd: folder });
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
    return { child, url: line.trim().split(' ').at(-1) as string };
  }

  it('trains with clients that are processes of their own, also when one has gone', async () => {
    const [one, two] = await Promise.all([client(1), client(2)]);
    try {
      const both = await run('remote/server.mjs', [one.url, two.url]);
      expect([both.status, both.stderr]).toEqual([0, '']);
      const lines = both.stdout.trim().split('\n');
      expect(lines.length).toBe(20);
      for (const line of lines) expect(line).toMatch(/^round \d+ {2}loss \d\.\d{4} {2}accuracy [01]\.\d{4} {2}240 examples$/);
      const [first, last] = [lines[0], lines.at(-1)].map((line) => Number(/loss (\S+)/.exec(line as string)?.[1])) as [number, number];
      expect(last).toBeLessThan(first / 2);
      two.child.kill();
      const less = await run('remote/server.mjs', [one.url, two.url]);
      expect(less.status).toBe(0);
      expect(less.stdout).toMatch(/120 examples\n {2}without http:\S+: fetch failed\n/);
    } finally {
      for (const { child } of [one, two]) child.kill();
    }
  });
});

describe("the demo's progress", () => {
  /** What a terminal of so many columns, or a file, is given. */
  async function shown(stream: { isTTY?: boolean; columns?: number }): Promise<string[]> {
    const { progress } = await import(join(packageRoot(), 'examples', 'demo', 'progress.mjs'));
    const written: string[] = [];
    const bar = progress({ round: 3, rounds: 10 }, { ...stream, write: (text: string) => written.push(text) });
    bar.update({ part: 0.5, rate: 20 });
    bar.round({ round: 4, loss: 0.25, accuracy: 0.875, test: 0.5, rate: 21.06 });
    bar.update({ part: 1, rate: 22 });
    bar.end();
    return written;
  }

  it('is a line that is written over, and keeps what it knows within a round', async () => {
    const [first, second, third, end] = await shown({ isTTY: true, columns: 120 });
    expect(first).toBe(`\r\x1b[2K${'█'.repeat(8)}${'░'.repeat(16)} round  3/10  loss …  accuracy …  test …  20.0 clients/s`);
    expect(second).toBe(
      `\r\x1b[2K${'█'.repeat(10)}${'░'.repeat(14)} round  4/10  loss 0.2500  accuracy 0.8750  test 0.5000  21.1 clients/s`,
    );
    expect(third).toContain(`${'█'.repeat(12)}${'░'.repeat(12)} round  4/10  loss 0.2500`);
    expect(end).toBe('\n');
  });

  it.each([80, 40, 10])('fits %i columns', async (columns) => {
    for (const text of (await shown({ isTTY: true, columns })).slice(0, 3)) {
      const [, line] = text.split('\x1b[2K');
      expect(line?.length).toBeLessThan(columns);
      expect(line?.length).toBeGreaterThan(columns / 2);
    }
  });

  it('is a line per round where it is no terminal', async () => {
    expect(await shown({})).toEqual([
      `${'█'.repeat(10)}${'░'.repeat(14)} round  4/10  loss 0.2500  accuracy 0.8750  test 0.5000  21.1 clients/s\n`,
    ]);
  });
});

describe('the demo', () => {
  const ROUNDS = 12;
  const demo = (name: string, more: readonly string[] = [], onOutput?: Parameters<typeof run>[2]) =>
    run('demo/main.mjs', ['--name', name, '--rounds', String(ROUNDS), '--cohort', '2', '--seed', '3', ...more], onOutput);
  const file = (name: string, of: string) => join(folder, 'runs', name, of);
  const rows = (name: string) => programs.csvReleaseManager({ filePath: file(name, 'metrics.csv') }).rows();
  /** All that does not depend on how fast the machine is. */
  const results = async (name: string) => (await rows(name)).map(({ seconds, ...row }) => row);

  let whole: End;
  beforeAll(async () => {
    whole = await demo('whole');
  });

  it('ends with the accuracy, and a line per round before', async () => {
    expect([whole.status, whole.stderr]).toEqual([0, '']);
    const lines = whole.stdout.trim().split('\n');
    expect(lines.length).toBe(ROUNDS + 2);
    lines
      .slice(0, ROUNDS)
      .forEach((line, i) =>
        expect(line).toMatch(
          new RegExp(
            `^[█░]{24} round +${i + 1}/${ROUNDS}  loss \\d\\.\\d{4}  accuracy 0\\.\\d{4}  test (…|0\\.\\d{4})  [\\d.]+ clients/s$`,
          ),
        ),
      );
    expect(lines.at(-1)).toMatch(/^test accuracy 0\.\d{4}$/);
    // A tenth is what guessing gives.
    expect(Number(lines.at(-1)?.split(' ').at(-1))).toBeGreaterThan(0.3);
  });

  it('leaves the metrics of every round, and those of the test images every fifth and at the end', async () => {
    const all = await rows('whole');
    expect(all.map((row) => Number(row.round))).toEqual(Array.from({ length: ROUNDS }, (_, i) => i + 1));
    for (const row of all) {
      expect(Number(row['train/loss'])).toBeGreaterThan(0);
      expect(Number(row['train/examples'])).toBeGreaterThanOrEqual(20);
      expect(Number(row.seconds)).toBeGreaterThan(0);
    }
    expect(all.filter((row) => row['test/accuracy'] !== '').map((row) => row.round)).toEqual(['5', '10', '12']);
    expect(whole.stdout).toContain(`test accuracy ${Number(all.at(-1)?.['test/accuracy']).toFixed(4)}`);
  });

  it('leaves a model that can be loaded, and that predicts', async () => {
    const model = await keras.loadModel(file('whole', 'model.keras'));
    expect(model.countParams()).toBe(16 * 25 + 16 + 32 * 16 * 25 + 32 + 7 * 7 * 32 * 64 + 64 + 640 + 10);
    const logits = (await model.predict(tensor(new Float32Array(2 * 784), [2, 28, 28, 1]))) as Tensor;
    expect(logits.shape).toEqual([2, 10]);
  });

  it('leaves a report that needs nothing from elsewhere', () => {
    const html = readFileSync(file('whole', 'report.html'), 'utf8');
    expect(html).not.toMatch(/https?:|\/\/[a-z]|<link|<script|<img|<iframe|@import|url\(|\b(src|href|srcset|data)=/i);
    expect(html).not.toMatch(/undefined|NaN|Infinity|null/);
    const accuracy = whole.stdout.trim().split(' ').at(-1);
    expect(html).toContain(`${(100 * Number(accuracy)).toFixed(2)} %`);
    const curves = [...html.matchAll(/<polyline class="line c(\d)" points="([^"]*)"/g)].map((m) => (m[2] as string).split(' ').length);
    // Accuracy and loss, each of training and test, then the time.
    expect(curves).toEqual([ROUNDS, 3, ROUNDS, 3, ROUNDS]);
    for (const [, points] of html.matchAll(/points="([^"]*)"/g)) expect(points).toMatch(/^(\d+(\.\d+)?,\d+(\.\d+)? ?)+$/);
    expect([...html.matchAll(/<title>client \d+: \d+ of digit \d<\/title>/g)].length).toBe(100 * 10);
    const rounds = [...html.matchAll(/<title>client \d+: in (\d+) rounds<\/title>/g)].map((m) => Number(m[1]));
    expect([rounds.length, rounds.reduce((a, b) => a + b, 0)]).toEqual([100, 2 * ROUNDS]);
  });

  it('goes on after Ctrl-C, and ends with the same bits as if nothing had happened', async () => {
    const interrupted = await demo('parts', [], (stdout, child) => {
      if (stdout.includes(' round ')) child.kill('SIGINT');
    });
    expect([interrupted.status, interrupted.stderr]).toEqual([130, '']);
    const stopped = Number(/stopped after round (\d+), which is saved/.exec(interrupted.stdout)?.[1]);
    expect(stopped).toBeGreaterThanOrEqual(1);
    expect((await rows('parts')).length).toBe(stopped);
    expect(existsSync(file('parts', 'model.keras'))).toBe(false);

    const resumed = await demo('parts');
    expect([resumed.status, resumed.stderr]).toEqual([0, '']);
    expect(resumed.stdout).toMatch(new RegExp(`^going on after round ${stopped}\n`));
    expect(readFileSync(file('parts', 'model.keras')).equals(readFileSync(file('whole', 'model.keras')))).toBe(true);
    expect(await results('parts')).toEqual(await results('whole'));
    expect(resumed.stdout.trim().split('\n').at(-1)).toBe(whole.stdout.trim().split('\n').at(-1));
  });

  it('does not mix runs: other settings need another name, or a fresh start', async () => {
    const other = await demo('whole', ['--seed', '4']);
    expect([other.status, other.stdout]).toEqual([2, '']);
    expect(other.stderr).toMatch(/runs\/whole was begun with other settings .*give another --name, or --fresh/);
    const again = await demo('whole');
    expect(again.stdout).toContain(`runs/whole has its ${ROUNDS} rounds already`);
    expect(again.stdout.trim().split('\n').at(-1)).toBe(whole.stdout.trim().split('\n').at(-1));
    const fresh = await demo('whole', ['--seed', '4', '--rounds', '1', '--fresh']);
    expect([fresh.status, (await rows('whole')).length]).toEqual([0, 1]);
    expect(readdirSync(file('whole', 'state'))).toEqual(['program_state_1']);
  });

  it.each([
    [['--rounds', '0'], '--rounds must be a whole number of at least 1, received 0'],
    [['--cohort', '200'], '--cohort must be at most the 100 clients, received 200'],
    [['--name', '../elsewhere'], "--name must be a folder's name"],
    [['--epochs', '3'], "Unknown option '--epochs'"],
  ])('refuses %j', async (args, message) => {
    const { status, stdout, stderr } = await demo('refused', args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, 'runs', 'refused'))).toBe(false);
  });
});
