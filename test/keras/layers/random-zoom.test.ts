import { describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';
import { testCases } from './keras-cases.js';

describe('randomZoom', () => {
  testCases('RandomZoom');

  it.each([
    [{ heightFactor: 1.5 }, /heightFactor of RandomZoom/],
    [{ heightFactor: [0, 1, 2] }, /a number or a list of two/],
    [{ heightFactor: 0.1, fillMode: 'mirror' }, /fillMode/],
  ])('refuses %j', (options, message) => expect(() => keras.layers.randomZoom(options as never)).toThrow(message));
});
