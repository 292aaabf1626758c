import { describe, expect, it } from 'vitest';
import { aggregators, privacy } from '../../src/index.js';
import { readPage, runPage } from './programs.js';

const page = readPage('privacy.md');

describe('the page about privacy', () => {
  it('has programs that print what it says', async () => {
    const { printed, promised } = await runPage(page);
    expect(printed.length).toBe(10);
    expect(printed).toEqual(promised);
  });

  it('has every mechanism of the aggregators, and every export', () => {
    const rows = [...page.matchAll(/^\| (`.*?`) \| (`.*?) \|/gm)];
    const names = (column: number) => rows.flatMap((row) => [...(row[column] as string).matchAll(/`(\w+)`/g)].map((match) => match[1]));
    expect(
      names(1)
        .filter((name) => name !== 'aggregators')
        .sort(),
    ).toEqual(
      Object.keys(aggregators)
        .filter((name) => name.startsWith('dp'))
        .sort(),
    );
    for (const name of Object.keys(privacy)) expect(page, name).toContain(`privacy.${name}(`.replace('privacy.laplace(', '`laplace`'));
  });
});
