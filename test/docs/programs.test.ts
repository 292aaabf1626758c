import { expect, it } from 'vitest';
import { algorithms, optimizers, programs } from '../../src/index.js';
import { zeroModel } from '../templates/fixtures.js';
import { readPage, runPage } from './programs.js';

const page = readPage('programs.md');
const names = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map((match) => match[1] as string);

it('the page about programs has all that makes something for one', () => {
  const makers = Object.keys(programs).filter((key) => /^[a-z]/.test(key));
  expect(makers.length).toBeGreaterThan(2);
  for (const name of makers) expect(page).toContain(`programs.${name}`);
});

it('has the options of a strategy, once', () => {
  using process = algorithms.buildWeightedFedAvg(zeroModel(), { clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }) });
  const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap((match) => names(match[1] as string));
  const refused = () => programs.strategy(process, Object.fromEntries([...rows, 'other'].map((name) => [name, undefined])));
  // What is refused is the one that is none; the message has all others.
  expect(refused).toThrow('has no option `other`');
  try {
    refused();
  } catch (error) {
    expect(names((error as Error).message.split('it has')[1] as string).sort()).toEqual(rows.sort());
  }
});

it('has programs that print what it says', async () => {
  const { printed, promised } = await runPage(page);
  expect(printed.length).toBe(27);
  expect(printed).toEqual(promised);
});
