import { describe, expect, it } from 'vitest';
import { typeError, ValueError } from '../src/errors.js';
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkString,
  describe as describeValue,
  mustBe,
  mustHold,
} from '../src/validate.js';

class Thing {}
const nameless = (
  () => () =>
    0
)();

describe('describe', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['text', '"text"'],
    ['x'.repeat(81), `"${'x'.repeat(77)}..."`],
    [5n, '5n'],
    [-0.5, '-0.5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [Symbol('s'), 'Symbol(s)'],
    [Thing, 'the function Thing'],
    [nameless, 'a function'],
    [[1, 'a', null], 'an array of 3'],
    [[1, 'a'], '[1, "a"]'],
    [[], '[]'],
    [new Array(9).fill(1), 'an array of 9'],
    [{}, 'an object with no keys'],
    [{ a: 1, b: 2 }, 'an object with the keys a, b'],
    [new Thing(), 'a Thing'],
    [new Float32Array(2), 'a Float32Array'],
  ])('%o', (value, text) => expect(describeValue(value)).toBe(text));

  it('never fails, and stays short', () => {
    const hostile = Object.assign(Object.create({ constructor: undefined }), { a: 1 });
    expect(describeValue(hostile)).toBe('a object');
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
    expect(describeValue(many)).toBe('an object with the keys k0, k1, k2, k3, k4, k5, k6, k7');
  });
});

describe('mustBe and mustHold', () => {
  it('make the two kinds of errors', () => {
    expect(mustBe('a', 'b', 1)).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: '`a` must be b, received 1' });
    expect(mustHold('a', 'b', 1)).toMatchObject({
      name: 'ValueError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: '`a` must be b, received 1',
    });
  });
});

describe('checkNumber', () => {
  it('takes finite numbers within the bounds, which count', () => {
    expect(checkNumber('n', -1.5)).toBe(-1.5);
    expect(checkNumber('n', 0, { min: 0, max: 0 })).toBe(0);
    expect(checkNumber('n', 0.5, { min: 0, max: 1, exclusive: true })).toBe(0.5);
  });

  it.each([
    [{}, Number.NaN, '`n` must be a finite number, received NaN'],
    [{}, Number.POSITIVE_INFINITY, '`n` must be a finite number, received Infinity'],
    [{ min: 0 }, -1, '`n` must be a finite number that is not negative, received -1'],
    [{ min: 1 }, 0, '`n` must be a finite number of at least 1, received 0'],
    [{ max: 1 }, 2, '`n` must be a finite number of at most 1, received 2'],
    [{ min: 0, max: 1 }, 2, '`n` must be a finite number in [0, 1], received 2'],
    [{ min: 0, exclusive: true }, 0, '`n` must be a finite number above 0, received 0'],
    [{ max: 1, exclusive: true }, 1, '`n` must be a finite number below 1, received 1'],
    [{ min: 0, max: 1, exclusive: true }, 1, '`n` must be a finite number between 0 and 1, received 1'],
  ])('with %j refuses %d', (bounds, value, message) => {
    expect(() => checkNumber('n', value, bounds)).toThrow(new ValueError(message));
  });

  it('refuses what is no number', () => {
    for (const value of ['1', null, undefined, 1n, [1]])
      expect(() => checkNumber('n', value, { min: 0 })).toThrow(/^`n` must be a number that is not negative, received/);
    expect(() => checkNumber('n', '1')).toThrow(TypeError);
  });
});

describe('checkInteger', () => {
  it('takes whole numbers within the bounds', () => {
    expect(checkInteger('n', 2 ** 53 - 1)).toBe(2 ** 53 - 1);
    expect(checkInteger('n', 1, { min: 1, max: 1 })).toBe(1);
  });

  it('refuses others', () => {
    for (const value of [1.5, Number.NaN, 2 ** 53, Number.NEGATIVE_INFINITY])
      expect(() => checkInteger('n', value)).toThrow(new ValueError(`\`n\` must be a whole number, received ${value}`));
    expect(() => checkInteger('n', 0, { min: 1 })).toThrow(ValueError);
    expect(() => checkInteger('n', '1', { min: 1 })).toThrow(typeError('`n` must be a whole number of at least 1, received "1"'));
  });
});

describe('the other checks', () => {
  it('take what they name', () => {
    expect([checkBoolean('b', false), checkString('s', ''), checkOneOf('o', 'a', ['a', 'b'])]).toEqual([false, '', 'a']);
    checkFunction('f', Thing);
    checkOptions('options', { a: undefined }, ['a', 'b']);
  });

  it('refuse the rest', () => {
    expect(() => checkBoolean('b', 0)).toThrow(typeError('`b` must be true or false, received 0'));
    expect(() => checkString('s', null)).toThrow(typeError('`s` must be a string, received null'));
    expect(() => checkFunction('f', {})).toThrow(typeError('`f` must be a function, received an object with no keys'));
    expect(() => checkOneOf('o', 1, ['a', 'b'])).toThrow(typeError('`o` must be one of "a", "b", received 1'));
    expect(() => checkOneOf('o', 'c', ['a', 'b'])).toThrow(new ValueError('`o` must be one of "a", "b", received "c"'));
    for (const value of [null, undefined, 'a', [], () => 0])
      expect(() => checkOptions('options', value, ['a'])).toThrow(/^`options` must be an object with options, received/);
    expect(() => checkOptions('options', { c: 1 }, ['a', 'b'])).toThrow(typeError('`options` has no option `c`; it has `a`, `b`'));
  });
});
