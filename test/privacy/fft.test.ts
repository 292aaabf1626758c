import { expect, it } from 'vitest';
import { fft } from '../../src/privacy/fft.js';

it.each([1, 2, 4, 64])('is the sum that defines it, for %d numbers', (size) => {
  const values = Array.from({ length: size }, (_, i) => [Math.sin(3 * i + 1), Math.cos(i * i)] as const);
  const real = Float64Array.from(values, ([re]) => re);
  const imaginary = Float64Array.from(values, ([, im]) => im);
  fft(real, imaginary);
  for (let k = 0; k < size; k++) {
    let [re, im] = [0, 0];
    values.forEach(([a, b], i) => {
      const angle = (-2 * Math.PI * i * k) / size;
      re += a * Math.cos(angle) - b * Math.sin(angle);
      im += a * Math.sin(angle) + b * Math.cos(angle);
    });
    expect(real[k]).toBeCloseTo(re, 12);
    expect(imaginary[k]).toBeCloseTo(im, 12);
  }
});
