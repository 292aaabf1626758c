import { expect, it } from 'vitest';
import { programs, ValueError } from '../../src/index.js';
import { endOf, roundWith } from './rounds.js';

const { terminateOnNaN } = programs;
const make = () => terminateOnNaN({ metric: 'central' });

// As Keras's `TerminateOnNaN`, which takes infinity for the same.
it.each([
  [[3, 2, Number.NaN, 1], 3],
  [[Number.POSITIVE_INFINITY], 1],
  [[1, Number.NEGATIVE_INFINITY], 2],
  [[3, -1e300, 0], null],
])('of %j ends with round %j', (values, end) => {
  expect(endOf(make(), values)).toBe(end);
});

it('looks at no round 0, and remembers nothing', () => {
  expect(make().onRound(roundWith(0, Number.NaN))).toBe(false);
  expect('state' in make()).toBe(false);
});

it('refuses a round without the metric, and other options', () => {
  expect(() => make().onRound(roundWith(1, 'NaN'))).toThrow(ValueError);
  const wrong = (options: unknown) => () => terminateOnNaN(options as programs.TerminateOnNaNOptions);
  expect(wrong({})).toThrow('`metric` must be a string');
  expect(wrong({ metric: 'a', mode: 'min' })).toThrow('`options` has no option `mode`');
});
