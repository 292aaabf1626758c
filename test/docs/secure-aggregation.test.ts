import { expect, it } from 'vitest';
import { readPage, runPage } from './programs.js';

it('the page about secure aggregation has a program that prints what it says', async () => {
  const { printed, promised } = await runPage(readPage('secure-aggregation.md'));
  expect(printed).toEqual(['2.5 -10']);
  expect(printed).toEqual(promised);
});
