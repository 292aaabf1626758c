/** TFF's sampling_utils_test (contract F.8), and that samples are uniform. */
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.js';
import { data } from '../../src/index.js';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const samples = (count: number, draw: (round: number) => number[]) => range(count).map(draw);

describe('a seed', () => {
  it('gives a round the same sample, whichever rounds came before', () => {
    const draw = data.uniformSampling(range(100), { seed: 1 });
    const first = samples(5, (round) => draw(round, 10));
    const again = data.uniformSampling(range(100), { seed: 1 });
    expect([4, 2, 0].map((round) => again(round, 10))).toEqual([first[4], first[2], first[0]]);
    expect(new Set(first.map(String)).size).toBe(5);
  });

  it('gives others than another seed, or none', () => {
    const with0 = data.uniformSampling(range(100), { seed: 0 })(3, 10);
    expect(data.uniformSampling(range(100), { seed: 1 })(3, 10)).not.toEqual(with0);
    const unseeded = data.uniformSampling(range(100));
    expect(unseeded(3, 10)).not.toEqual(with0);
    expect(unseeded(3, 10)).not.toEqual(unseeded(3, 10));
  });
});

describe('without replacement', () => {
  const draw = data.uniformSampling(range(10), { seed: 5 });

  it('a sample has each value at most once, in their order', () => {
    for (const sample of samples(200, (round) => draw(round, 4))) {
      expect(new Set(sample).size).toBe(4);
      expect(sample).toEqual([...sample].sort((a, b) => a - b));
    }
  });

  it('every value is as likely as every other, and so is every pair', () => {
    const rounds = 20_000;
    const counts = new Float64Array(10);
    const pairs = new Map<string, number>();
    for (const sample of samples(rounds, (round) => draw(round, 4))) {
      for (const a of sample) {
        counts[a] = (counts[a] as number) + 1;
        for (const b of sample) if (a < b) pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + 1);
      }
    }
    const within = (count: number, p: number) => expect(Math.abs(count - rounds * p)).toBeLessThan(4.5 * Math.sqrt(rounds * p * (1 - p)));
    for (const count of counts) within(count, 4 / 10);
    expect(pairs.size).toBe(45);
    for (const count of pairs.values()) within(count, (4 * 3) / (10 * 9));
  });

  it('all values are a sample, as they are', () => {
    expect(draw(1, 10)).toEqual(range(10));
    expect(draw(1, 0)).toEqual([]);
    expect(data.uniformSampling([])(1, 0)).toEqual([]);
  });

  it('more values than there are are refused', () => {
    expect(() => draw(1, 11)).toThrow(new ValueError('`size` must be at most the 10 values of `sampleRange`, received 11'));
  });
});

describe('with replacement', () => {
  const draw = data.uniformSampling(['a', 'b', 'c'], { seed: 5, replace: true });

  it('values come more than once, each as likely as the others', () => {
    const sample = draw(1, 30_000);
    expect(sample.length).toBe(30_000);
    for (const value of ['a', 'b', 'c']) {
      const count = sample.filter((v) => v === value).length;
      expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt((30_000 * 2) / 9));
    }
    // Six of the 27 lists of three have each value once.
    const each = range(2700).filter((round) => String(draw(round, 3)) === 'a,b,c').length;
    expect(Math.abs(each - 600)).toBeLessThan(4 * Math.sqrt(600 * (21 / 27)));
  });

  it('nothing can be drawn from nothing', () => {
    const none = data.uniformSampling([], { replace: true });
    expect(none(1, 0)).toEqual([]);
    expect(() => none(1, 1)).toThrow(new ValueError('`size` must be at most the 0 values of `sampleRange`, received 1'));
  });
});

it('does not change with the list', () => {
  const list = ['a', 'b'];
  const draw = data.uniformSampling(list, { seed: 1 });
  list.push('c');
  expect(draw(1, 2)).toEqual(['a', 'b']);
  draw(1, 2).push('d');
  expect(() => draw(1, 3)).toThrow('at most the 2 values');
});

it('refuses other arguments', () => {
  const wrong = (sampleRange: unknown, options?: unknown) => () => data.uniformSampling(sampleRange as string[], options as object);
  expect(wrong('abc')).toThrow('`sampleRange` must be a list, received "abc"');
  expect(wrong([], { size: 1 })).toThrow('`options of uniformSampling` has no option `size`; it has `replace`, `seed`');
  expect(wrong([], { replace: 1 })).toThrow('`replace` must be true or false, received 1');
  expect(wrong([], { seed: 0.5 })).toThrow('`seed` must be a whole number, received 0.5');
  const draw = data.uniformSampling(['a'], { seed: 1 });
  expect(() => draw(0.5, 1)).toThrow('`round` must be a whole number, received 0.5');
  expect(() => draw(1, -1)).toThrow('`size` must be a finite number that is not negative, received -1');
});
