import { expect, it } from 'vitest';
import { aggregators, privacy } from '../../src/index.js';

const { cohortNoiseMultiplier } = privacy;

it('leaves the noise of the mean as it is with the large cohort', () => {
  const multiplier = cohortNoiseMultiplier({ noiseMultiplier: 1.2, clientsPerRound: 10_000, simulatedClientsPerRound: 50 });
  expect(multiplier / 50).toBeCloseTo(1.2 / 10_000, 15);
  // With adaptive clipping, too, whose count has noise in units of the cohort.
  const large = aggregators.adaptiveClipNoise(1.2, 10_000);
  const small = aggregators.adaptiveClipNoise(multiplier, 50);
  expect(small.valueNoiseMultiplier / 50).toBeCloseTo(large.valueNoiseMultiplier / 10_000, 15);
  expect(small.clippedCountStddev / 50).toBeCloseTo(large.clippedCountStddev / 10_000, 15);
});

it('refuses options out of their ranges', () => {
  const options = { noiseMultiplier: 1, clientsPerRound: 10, simulatedClientsPerRound: 1 };
  expect(() => cohortNoiseMultiplier({ ...options, clientsPerRound: 0 })).toThrow('`clientsPerRound` must be a finite number above 0');
  expect(() => cohortNoiseMultiplier({ ...options, noiseScale: 1 } as never)).toThrow('has no option `noiseScale`');
});
