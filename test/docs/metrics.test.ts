import { expect, it } from 'vitest';
import { readPage, runPage } from './programs.js';

it('the page about metrics has programs that print what it says', async () => {
  const { printed, promised } = await runPage(readPage('metrics.md'));
  expect(printed.length).toBe(6);
  expect(printed).toEqual(promised);
});
