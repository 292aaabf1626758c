import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';
import { findLibrary } from '../../src/native/library.js';
import { installedLibrary } from '../../src/native/setup/install.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-cli-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(
    args,
    (line) => out.push(line),
    (line) => err.push(line),
  );
  return { status, out: out.join('\n'), err: err.join('\n') };
}

describe('fedkeras', () => {
  it.each([[['help']], [['--help']], [['-h']], [['setup', '--help']]])('%j prints the commands', async (args) => {
    const { status, out, err } = await run(...args);
    expect([status, err]).toEqual([0, '']);
    for (const command of ['setup', 'where', 'include']) expect(out).toContain(`\n  ${command} `);
  });

  it('refuses a wrong command line with status 2', async () => {
    expect(await run()).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^fedkeras <command>/) });
    expect(await run('instal')).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/^unknown command: instal\n/) });
    expect(await run('setup', 'now')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^one command is expected, received setup now\n/),
    });
    expect(await run('setup', '--force')).toMatchObject({ status: 2, err: expect.stringMatching(/--force.*fedkeras <command>/s) });
  });
});

describe('fedkeras where', () => {
  it('prints the library and its version', async () => {
    expect(await run('where')).toEqual({ status: 0, out: expect.stringMatching(/\(libtensorflow 2\.\d+\.\d+\S*\)$/), err: '' });
    expect((await run('where')).out.startsWith(`${findLibrary()} (`)).toBe(true);
  });

  it('says where it has looked', async () => {
    vi.stubEnv('FEDKERAS_LIBTENSORFLOW', join(folder, 'missing'));
    expect(await run('where')).toEqual({ status: 1, out: '', err: expect.stringContaining(`(${join(folder, 'missing')}): no such file`) });
  });
});

describe('fedkeras include', () => {
  it('prints the folder of the headers', async ({ skip }) => {
    const installed = installedLibrary();
    if (installed === undefined) return skip('this machine uses another libtensorflow than the cache has');
    expect(await run('include')).toEqual({ status: 0, out: installed.include, err: '' });
  });

  it('says what to do where the cache is empty', async () => {
    vi.stubEnv('FEDKERAS_CACHE', folder);
    expect(await run('include')).toEqual({
      status: 1,
      out: '',
      err: `libtensorflow is not in the cache ${folder}: run \`npx fedkeras setup\``,
    });
  });
});

describe('fedkeras setup', () => {
  it('has nothing to do where libtensorflow is in the cache', async ({ skip }) => {
    const installed = installedLibrary();
    if (installed === undefined) return skip('this machine uses another libtensorflow than the cache has');
    expect(await run('setup')).toEqual({ status: 0, out: expect.stringContaining(installed.folder), err: '' });
  });

  it('fails with status 1 and a reason', async () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('FEDKERAS_CACHE', join(folder, 'file'));
    expect(await run('setup')).toEqual({ status: 1, out: '', err: expect.stringContaining('Set FEDKERAS_CACHE to another folder.') });
  });
});
