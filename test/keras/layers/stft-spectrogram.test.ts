import { describe, expect, it } from 'vitest';
import { model } from '../../../src/keras/engine/functional.js';
import { input } from '../../../src/keras/engine/input.js';
import { stftSpectrogram } from '../../../src/keras/layers/index.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { testCases } from './keras-cases.js';

describe('stftSpectrogram', () => {
  testCases('STFTSpectrogram');

  it('finds the frequency of a tone, of any number of samples', async () => {
    const x = input({ shape: [null, 1] });
    const y = stftSpectrogram({ mode: 'magnitude', frameLength: 32, scaling: 'spectrum' }).apply(x);
    expect(y.shape).toEqual([null, null, 17]);
    const tone = Float32Array.from({ length: 80 }, (_, t) => 2 * Math.cos((2 * Math.PI * 5 * t) / 32));
    const { shape, data } = (await model({ inputs: x, outputs: y }).predict(tensor(tone, [1, 80, 1]))) as Tensor;
    expect(shape).toEqual([1, 4, 17]);
    // Half of the amplitude is that of the negative frequency.
    for (let frame = 0; frame < 4; frame++) expect((data as Float32Array)[frame * 17 + 5]).toBeCloseTo(1, 1);
    expect(Math.max(...(data as Float32Array))).toBeLessThan(1.05);
  });

  it.each([
    [{ frameLength: 1 }, /frameLength of STFTSpectrogram/],
    [{ frameLength: 4, frameStep: 5 }, /`frameStep` of layer .* must be at most its frameLength 4, received 5/],
    [{ frameLength: 4, fftLength: 3 }, /`fftLength` of layer .* must be at least its frameLength 4, received 3/],
    [{ frameLength: 4, window: [1, 2] }, /`window` of layer .* must have 4 values, as a frame has, received 2/],
    [{ mode: 'power' }, /`mode of STFTSpectrogram` must be one of/],
    [{ padding: 'causal' }, /`padding of STFTSpectrogram` must be one of/],
  ])('refuses %j', (options, message) => expect(() => stftSpectrogram(options as never)).toThrow(message));

  it('refuses inputs that are no signals', () => {
    expect(() => stftSpectrogram().apply(input({ shape: [400] }))).toThrow(/needs an input of 3 axes/);
    expect(() => stftSpectrogram().apply(input({ shape: [400, 1], dtype: 'int32' }))).toThrow(/needs an input of floating numbers/);
  });
});
