/** What a program that trains takes of its process: threads, memory, and turns of the event loop. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('resources.mjs', import.meta.url));

function run(args: readonly string[], before: readonly string[] = []): unknown {
  const [command, ...rest] = [...before, process.execPath, program, ...args];
  const { status, stdout, stderr } = spawnSync(command as string, rest, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe.runIf(process.platform === 'linux')('threads', () => {
  const counted = (args: readonly string[] = [], before?: readonly string[]) => run(['threads', ...args], before) as number[];

  it('are one per client at once and few others, and no more from round to round', () => {
    const one = counted(['1']);
    // Node's own may start late, and libtensorflow has two or three that sleep.
    expect(one[0]).toBeLessThanOrEqual(1 + 4);
    expect(new Set(one).size).toBe(1);
    for (const concurrency of [2, 5]) {
      const counts = counted([String(concurrency)]);
      expect(counts).toEqual(one.map((n) => n + concurrency - 1));
    }
  });

  it('are no more than the processors that the process may use', () => {
    const allowed = /Cpus_allowed_list:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] as string;
    expect(counted([], ['taskset', '-c', allowed])).toEqual(counted(['1'], ['taskset', '-c', allowed]));
  });
});

describe.runIf(process.platform === 'linux')('memory', () => {
  it('holds of libtensorflow only what training reads', () => {
    // Opening it reads 220 MB, and a round 45 to 115: the system maps pages around those that are read, more of a file that was just written.
    expect(run(['pages'])).toBeLessThan(160);
  });

  it('of rounds that are over is freed, without a collection for each few of them', () => {
    const [grown, collections] = run(['garbage']) as [number, number];
    expect(grown).toBeLessThan(160);
    // Ten; where V8 was told of each tensor as it came, 18 to 27.
    expect(collections).toBeGreaterThan(0);
    expect(collections).toBeLessThan(15);
  });
});

describe('the event loop', () => {
  it('serves a web server while clients run', () => {
    const [count, answers] = run(['server']) as [number, string[]];
    expect(answers).toEqual(['here']);
    // A blocked event loop would answer one.
    expect(count).toBeGreaterThan(10);
  });
});
