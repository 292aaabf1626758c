/** The order is that of pfl's MinimizeReuseUserSampler, `itertools.cycle`. */
import { expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data } from '../../src/index.js';

const letters = ['a', 'b', 'c', 'd', 'e'];

it('takes the next values, and begins again at the end', () => {
  const draw = data.minimizeReuseSampling(letters);
  expect([0, 1, 2, 3].map((round) => draw(round, 3).join(''))).toEqual(['abc', 'dea', 'bcd', 'eab']);
  // A round's sample does not depend on which rounds were drawn before.
  expect(draw(2, 3)).toEqual(['b', 'c', 'd']);
  expect(draw(1, 5)).toEqual(letters);
  expect(draw(1, 0)).toEqual([]);
});

it('lets as many rounds pass before a value comes again as can be', () => {
  const draw = data.minimizeReuseSampling(Array.from({ length: 17 }, (_, i) => i));
  const last = new Map<number, number>();
  for (let round = 0; round < 100; round++)
    for (const value of draw(round, 4)) {
      if (last.has(value)) expect(round - (last.get(value) as number)).toBeGreaterThanOrEqual(Math.floor(17 / 4));
      last.set(value, round);
    }
  expect(last.size).toBe(17);
});

it('does not change with the list, and refuses other arguments', () => {
  const list = ['a', 'b'];
  const draw = data.minimizeReuseSampling(list);
  list.push('c');
  expect(() => draw(1, 3)).toThrow(new ValueError('`size` must be at most the 2 values of `sampleRange`, received 3'));
  expect(() => draw(-1, 1)).toThrow('`round` must be a finite number that is not negative, received -1');
  expect(() => draw(1, -1)).toThrow('`size` must be a finite number that is not negative, received -1');
  expect(() => data.minimizeReuseSampling('abc' as unknown as string[])).toThrow('`sampleRange` must be a list, received "abc"');
});
