import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { resizing } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('resizing', () => {
  testCases('Resizing');

  it('refuses images of unknown size where their proportions count', () => {
    const image = input({ shape: [null, null, 3] });
    expect(resizing({ height: 2, width: 3 }).apply(image).shape).toEqual([null, 2, 3, 3]);
    expect(() => resizing({ height: 2, width: 3, cropToAspectRatio: true }).apply(image)).toThrow(/needs images of a known size/);
    expect(() => resizing({ height: 2, width: 3, antialias: true }).apply(image)).toThrow(/needs images of a known size/);
    expect(() => resizing({ height: 2, width: 3, cropToAspectRatio: true, padToAspectRatio: true }).apply(image)).toThrow(/received both/);
    expect(() => resizing({ height: 2, width: 3 }).apply(input({ shape: [3] }))).toThrow(
      /needs an input \[batch, height, width, channels\]/,
    );
  });
});
