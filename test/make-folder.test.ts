import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../src/make-folder.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fedkeras-folder-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('makeFolder', () => {
  it('makes all that is missing, and may be called again', () => {
    const path = join(root, 'a', 'b', 'c');
    for (let i = 0; i < 2; i++) {
      makeFolder(path);
      expect(existsSync(path)).toBe(true);
    }
    makeFolder('/');
    makeFolder('.');
  });

  it('refuses what is below a file', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => makeFolder(join(root, 'file'))).toThrow(/EEXIST/);
    expect(() => makeFolder(join(root, 'file', 'a', 'b'))).toThrow(/ENOTDIR/);
  });

  it.runIf(process.platform === 'linux')('ends where the system makes nothing', () => {
    expect(() => makeFolder('/proc/fedkeras/a/b')).toThrow(/ENOENT.*'\/proc\/fedkeras'/);
  });

  it.runIf(process.platform === 'linux')('ends in a working directory that has been removed', () => {
    const gone = join(root, 'gone');
    makeFolder(gone);
    const before = process.cwd();
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    try {
      expect(() => makeFolder('runs/whole')).toThrow(/ENOENT/);
    } finally {
      process.chdir(before);
    }
  });
});
