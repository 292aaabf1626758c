import { expect, it } from 'vitest';
import { algorithms } from '../../src/index.js';
import { readPage, runPage } from './programs.js';

const page = readPage('algorithms.md');
const [lists, options] = page.split('## Options') as [string, string];
/** Rows that begin with names, and their other cells. */
const rowsOf = (text: string): [names: string[], cells: string[]][] =>
  [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|(.*)\|$/gm)].map(([, names, cells]) => [
    [...(names as string).matchAll(/`(\w+)`/g)].map((m) => m[1] as string),
    (cells as string).split('|').map((cell) => cell.trim()),
  ]);

it('the page about algorithms has every one of them, once', () => {
  const named = rowsOf(lists).flatMap(([names]) => names);
  expect(new Set(named).size).toBe(named.length);
  // Classes of what builders return have capital letters.
  const exported = Object.keys(algorithms).filter((name) => /^[a-z]/.test(name));
  expect(named.sort()).toEqual(exported.sort());
});

it('says which options each has that trains', () => {
  const [, header] = /^\| of \|(.*)\|$/m.exec(options) as unknown as [string, string];
  const columns = header.split('|').map((cell) => [...cell.matchAll(/`(\w+)`/g)].map((m) => m[1] as string));
  const rows = rowsOf(options);
  const trained = rowsOf(lists.slice(0, lists.indexOf('## Evaluation'))).flatMap(([names]) => names);
  expect(rows.flatMap(([names]) => names).sort()).toEqual(trained.filter((name) => name.startsWith('build')).sort());
  for (const [names, cells] of rows)
    for (const name of names) {
      const build = algorithms[name as keyof typeof algorithms] as unknown as (model: unknown, options: object) => unknown;
      const expected = columns.flatMap((column, i) => (cells[i] === 'yes' ? column : []));
      const has = columns.flat().filter((option) => {
        // What is refused first is an option that is not known.
        const error = attempt(() => build({}, { [option]: undefined }));
        return !String(error).includes(`has no option \`${option}\``);
      });
      expect([name, has]).toEqual([name, expected]);
    }
});

function attempt(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}

it('has programs that print what it says', async () => {
  const { printed, promised } = await runPage(page);
  expect(printed.length).toBe(3);
  expect(printed).toEqual(promised);
});
