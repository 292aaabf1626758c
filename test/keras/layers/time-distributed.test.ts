import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { dense, timeDistributed } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('timeDistributed', () => {
  testCases('TimeDistributed');

  it('keeps an unknown number of steps', () => {
    expect(timeDistributed({ layer: dense({ units: 5 }) }).apply(input({ shape: [null, 4] })).shape).toEqual([null, null, 5]);
  });

  it('refuses inputs without steps, and what is no layer', () => {
    expect(() => timeDistributed({ layer: dense({ units: 2 }) }).apply(input({ shape: [4] }))).toThrow(
      /needs an input \[batch, steps, …\]/,
    );
    expect(() => timeDistributed({ layer: 3 as never })).toThrow(
      /`layer of TimeDistributed` must be a layer, its name or its config, received 3/,
    );
  });
});
