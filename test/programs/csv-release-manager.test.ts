import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileFormatError } from '../../src/errors.js';
import { programs, tensor } from '../../src/index.js';

let folder: string;
let filePath: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-csv-'));
  filePath = join(folder, 'run', 'metrics.csv');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const manager = (options: Partial<programs.CsvReleaseManagerOptions> = {}) => programs.csvReleaseManager({ filePath, ...options });
const text = () => readFileSync(filePath, 'utf8');

describe('release', () => {
  it('writes a row per round, and names columns by their path', async () => {
    const metrics = manager();
    await metrics.release({ train: { loss: 0.25, num_examples: 7n }, note: 'a, "b"' }, 1);
    await metrics.release({ train: { loss: 1e-7, num_examples: 8n }, note: '' }, 2);
    expect(text()).toBe('round,note,train/loss,train/num_examples\n1,"a, ""b""",0.25,7\n2,,1e-7,8\n');
  });

  it('writes tensors and lists', async () => {
    const metrics = manager({ keyField: 'step' });
    await metrics.release({ auc: tensor([0.5, 1]), pair: [1, true] }, 0);
    expect(text()).toBe('step,auc,pair[0],pair[1]\n0,"[0.5,1]",1,true\n');
  });

  it('adds a column when a name comes for the first time', async () => {
    const metrics = manager();
    await metrics.release({ a: 1 }, 1);
    await metrics.release({ b: 2 }, 2);
    await metrics.release({ a: 3 }, 3);
    expect(text()).toBe('round,a,b\n1,1,\n2,,2\n3,3,\n');
  });

  it('removes the rows of this key and later ones, as a program repeats them that starts again', async () => {
    const metrics = manager();
    for (const round of [1, 2, 9, 10]) await metrics.release({ loss: round }, round);
    const again = manager();
    await again.release({ loss: 0.5 }, 9);
    expect(text()).toBe('round,loss\n1,1\n2,2\n9,0.5\n');
    expect(await again.rows()).toEqual([
      { round: '1', loss: '1' },
      { round: '2', loss: '2' },
      { round: '9', loss: '0.5' },
    ]);
  });
});

describe('rows', () => {
  it('are none where there is no file, or an empty one', async () => {
    expect(await manager().rows()).toEqual([]);
    await manager().release({}, 1);
    writeFileSync(filePath, '');
    expect(await manager().rows()).toEqual([]);
  });

  it('of a file without the key, or that is no table, are refused, and the file stays', async () => {
    await manager().release({ a: 1 }, 1);
    for (const [content, message] of [
      ['a,b\n1,2\n', 'it has no column round'],
      ['round,a\n1,2,3\n', 'Invalid Record Length'],
      ['round,a\n1,"2\n', 'Quote Not Closed'],
    ] as const) {
      writeFileSync(filePath, content);
      for (const use of [() => manager().rows(), () => manager().release({ a: 1 }, 5)]) {
        await expect(use()).rejects.toBeInstanceOf(FileFormatError);
        await expect(use()).rejects.toThrow(message);
      }
      expect(text()).toBe(content);
    }
  });
});

describe('where something goes wrong', () => {
  it('no space on the disk leaves the rows that are there', async () => {
    await manager().release({ loss: 1 }, 1);
    symlinkSync('/dev/full', `${filePath}.${process.pid}.tmp`);
    await expect(manager().release({ loss: 2 }, 2)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(text()).toBe('round,loss\n1,1\n');
    expect(readdirSync(join(folder, 'run'))).toEqual(['metrics.csv']);
  });

  it('refuses other options and keys', async () => {
    const wrong = (options: unknown) => () => programs.csvReleaseManager(options as programs.CsvReleaseManagerOptions);
    expect(wrong({})).toThrow('`filePath` must be a string, received undefined');
    expect(wrong({ filePath: 'a', keyField: 1 })).toThrow('`keyField` must be a string, received 1');
    expect(wrong({ filePath: 'a', mode: 'append' })).toThrow('has no option `mode`');
    await expect(manager().release({}, 'a' as never)).rejects.toThrow(TypeError);
    expect(existsSync(filePath)).toBe(false);
  });
});
