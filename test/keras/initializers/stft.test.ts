import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { initializerRegistry, stft } from '../../../src/keras/initializers/index.js';
import type { KerasConfig } from '../../../src/keras/serialization/registry.js';

interface Case {
  readonly config: KerasConfig;
  readonly shape: readonly number[];
  readonly every: number;
  readonly values: readonly number[];
}

const cases = readFileSync(new URL('cases/stft.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

it.each(cases.map((line, i) => [i, JSON.parse(line) as Case] as const))('gives what Keras gives, case %i', (_, c) => {
  const initializer = initializerRegistry.deserialize(c.config);
  expect(initializer.serialize('keras.initializers')).toEqual(c.config);
  const values = (initializer.values(c.shape, 'float32') as Float32Array).filter((__, i) => i % c.every === 0);
  expect(values.length).toBe(c.values.length);
  c.values.forEach((v, i) => expect(values[i]).toBeCloseTo(v, 6));
});

test('in double precision it is a discrete Fourier transform', () => {
  const [length, frequencies] = [8, 5];
  const [real, imag] = (['real', 'imag'] as const).map((side) => stft({ side, window: null }).values([length, 1, frequencies], 'float64'));
  for (let k = 0; k < frequencies; k++)
    for (let j = 0; j < frequencies; j++) {
      // Waves of whole periods are orthogonal; all but the first and the last have half of the energy in each part.
      const along = (part: typeof real): number =>
        Array.from({ length }, (_, t) => Number(part?.[t * frequencies + k]) * Number(part?.[t * frequencies + j])).reduce((a, b) => a + b);
      const edge = k === 0 || k === frequencies - 1;
      expect(along(real)).toBeCloseTo(j !== k ? 0 : edge ? length : length / 2, 12);
      expect(along(imag)).toBeCloseTo(j !== k || edge ? 0 : length / 2, 12);
    }
});

test('refuses weights that are no kernels, and unknown options', () => {
  expect(() => stft().values([4, 3], 'float32')).toThrow(/STFT needs a weight \[frameLength, 1, frequencies\] of at least 2 frequencies/);
  expect(() => stft().values([4, 2, 3], 'float32')).toThrow(/received \[4, 2, 3\]/);
  expect(() => stft().values([4, 1, 1], 'float32')).toThrow(/received \[4, 1, 1\]/);
  expect(() => stft({ window: [1, 2] }).values([3, 1, 3], 'float32')).toThrow(/`window` must have 3 values/);
  expect(() => stft({ side: 'left' as never })).toThrow(/`side of STFT` must be one of "real", "imag"/);
  expect(() => stft({ scaling: 'sum' as never })).toThrow(/`scaling of STFT` must be one of "density", "spectrum"/);
});
