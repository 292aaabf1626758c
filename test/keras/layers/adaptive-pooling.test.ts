import { describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';
import { testCases } from './keras-cases.js';

describe('adaptiveAveragePooling1D', () => testCases('AdaptiveAveragePooling1D'));
describe('adaptiveAveragePooling2D', () => testCases('AdaptiveAveragePooling2D'));
describe('adaptiveAveragePooling3D', () => testCases('AdaptiveAveragePooling3D'));
describe('adaptiveMaxPooling1D', () => testCases('AdaptiveMaxPooling1D'));
describe('adaptiveMaxPooling2D', () => testCases('AdaptiveMaxPooling2D'));
describe('adaptiveMaxPooling3D', () => testCases('AdaptiveMaxPooling3D'));

it('needs axes of known sizes', () => {
  const layer = keras.layers.adaptiveMaxPooling1d({ outputSize: 2 });
  expect(() => layer.apply(keras.input({ shape: [null, 3] }))).toThrow(
    /needs an input of 3 axes, those in the middle of known sizes, received \[null, null, 3\]/,
  );
  expect(() => keras.layers.adaptiveAveragePooling2d({ outputSize: 0 })).toThrow(/outputSize/);
  expect(() => keras.layers.adaptiveAveragePooling2d({ outputSize: 1e9 })).toThrow(/outputSize.* in \[1, 4096\]/);
});
