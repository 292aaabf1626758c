import { expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { readPage, runPage } from './programs.js';

const page = readPage('data.md');

it('the page about data has every way to divide examples', () => {
  const rows = [...page.matchAll(/^\| `(\w+)\(\{/gm)].map((match) => match[1]);
  expect(rows.sort()).toEqual(Object.keys(data.partition).sort());
});

it('has every way to draw clients', () => {
  const makers = Object.keys(data).filter((key) => key.endsWith('Sampling'));
  expect(makers.length).toBe(5);
  for (const maker of makers) expect(page).toContain(`| \`${maker}(`);
});

it('has programs that print what it says', async () => {
  const { printed, promised } = await runPage(page);
  expect(printed.length).toBe(9);
  expect(printed).toEqual(promised);
});
