/** Processes and workers that end while computations run, or wait until they have. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findLibrary } from '../../src/native/library.js';
import { addonFile } from '../native/addon-file.js';

const script = fileURLToPath(new URL('endless.mjs', import.meta.url));

function run(what: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script, addonFile, findLibrary(), what], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, signal, stdout: stdout.trim(), stderr: stderr.trim() };
}

const quiet = { signal: null, stderr: '' };

describe('a process', () => {
  it('ends when nothing runs any more', () => expect(run('idle')).toEqual({ ...quiet, status: 0, stdout: 'done' }));

  it('stays while something runs', () => expect(run('pending')).toEqual({ ...quiet, status: 0, stdout: '20000' }));

  // Without waiting for the runs, one such process in twenty crashed in libtensorflow's destroyed statics.
  it('exits at once, whatever runs', () => {
    for (let i = 0; i < 5; i++) expect(run('exit')).toEqual({ ...quiet, status: 7, stdout: '' });
    expect(run('exitLater')).toEqual({ ...quiet, status: 7, stdout: '' });
  });

  it('ends with an uncaught error', () => {
    const ended = run('throw');
    expect(ended).toMatchObject({ status: 1, signal: null });
    expect(ended.stderr).toContain('on purpose');
  });

  it('exits while a worker runs something', () => expect(run('exitWithWorker')).toEqual({ ...quiet, status: 7, stdout: '' }));
});

describe('a worker', () => {
  it('ends when nothing runs any more', () => expect(run('workerEnds')).toMatchObject({ ...quiet, status: 0, stdout: 'done\nworker 0' }));

  it('is terminated, whatever runs', () => expect(run('workerIsTerminated')).toEqual({ ...quiet, status: 0, stdout: 'worker 1' }));
});
