import { expect, it } from 'vitest';
import { algorithms } from '../../src/index.js';
import { readPage } from './programs.js';

it('the page about algorithms has every one of them, once', () => {
  const rows = [...readPage('algorithms.md').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map(([, names]) => names as string);
  const named = rows.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map((m) => m[1] as string));
  expect(new Set(named).size).toBe(named.length);
  // Classes of what builders return have capital letters.
  const exported = Object.keys(algorithms).filter((name) => /^[a-z]/.test(name));
  expect(named.sort()).toEqual(exported.sort());
});
