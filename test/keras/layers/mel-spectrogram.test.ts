import { describe, expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import { melSpectrogram } from '../../../src/keras/layers/index.js';
import { testCases } from './keras-cases.js';

describe('melSpectrogram', () => {
  testCases('MelSpectrogram');

  it('takes any number of samples', () => {
    expect(melSpectrogram({ numMelBins: 5 }).apply(input({ shape: [null] })).shape).toEqual([null, 5, null]);
    expect(melSpectrogram({ numMelBins: 5 }).apply(input({ shape: [16000] })).shape).toEqual([null, 5, 32]);
  });

  it.each([
    [{ fftLength: 8, sequenceLength: 9 }, /`sequenceLength` of layer .* must be at most its fftLength 8, received 9/],
    [{ fftLength: 8, window: [1, 2] }, /`window` of layer .* must have 8 values, as a frame has, received 2/],
    [{ samplingRate: 100, minFreq: 50 }, /`minFreq` of layer .* must be below its maxFreq 50, received 50/],
    [{ window: 'blackman' }, /`window of MelSpectrogram` must be one of "hann", "hamming", received "blackman"/],
    [{ numMelBins: 0 }, /numMelBins of MelSpectrogram/],
  ])('refuses %j', (options, message) => expect(() => melSpectrogram(options as never)).toThrow(message));

  it('refuses inputs that are no signals', () => {
    expect(() => melSpectrogram().apply(input({ shape: [9000], dtype: 'string' }))).toThrow(/needs an input of numbers/);
  });
});
