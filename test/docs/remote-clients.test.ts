import { expect, it } from 'vitest';
import { readPage, runPage } from './programs.js';

it('the page about remote clients has programs that print what it says', async () => {
  const { printed, promised } = await runPage(readPage('remote-clients.md'));
  expect(printed.length).toBe(5);
  expect(printed).toEqual(promised);
});
