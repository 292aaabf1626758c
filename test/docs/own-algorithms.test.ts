import { expect, it } from 'vitest';
import * as fedkeras from '../../src/index.js';
import { programsOf, readPage, runPage } from './programs.js';

const page = readPage('own-algorithms.md');

it('has programs that print what it says', async () => {
  const { printed, promised } = await runPage(page);
  expect(printed.length).toBeGreaterThan(5);
  expect(printed).toEqual(promised);
});

it('keeps each program under 60 lines', () => {
  for (const program of programsOf(page)) expect(program.split('\n').length).toBeLessThan(60);
});

it('names what there is', () => {
  for (const [, room, name] of page.matchAll(/`(templates|models|aggregators)\.(\w+)`/g)) {
    const exported = (fedkeras as unknown as Record<string, Record<string, unknown>>)[room as string] as Record<string, unknown>;
    // Types have capital letters and no value.
    if (/^[a-z]/.test(name as string)) expect(exported[name as string], `${room}.${name}`).toBeTypeOf('function');
  }
});
