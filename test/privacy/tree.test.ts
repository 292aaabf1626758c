import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { privacy } from '../../src/index.js';

const { epsilon, gaussian, tree } = privacy;

interface TreeCase extends Omit<privacy.TreeOptions, 'noiseMultiplier'> {
  readonly mechanism: string;
  readonly squaredSensitivity: number;
}
const cases = (
  readFileSync(new URL('accountants.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line)) as TreeCase[]
)
  .filter(({ mechanism }) => mechanism === 'tree')
  .map(({ mechanism: _, squaredSensitivity, ...options }) => ({ options, squaredSensitivity }));
const spent = (mechanism: privacy.Mechanism): number => epsilon(mechanism, { delta: 1e-5, accountant: 'rdp' });

/** The squared length of what a client moves in trees, from the ε that follows of it. */
function squaredSensitivity(options: Omit<privacy.TreeOptions, 'noiseMultiplier'>): number {
  const found = spent(tree({ noiseMultiplier: 10, ...options }));
  let [low, high] = [0.5, 1e4];
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (spent(gaussian({ noiseMultiplier: 10 / Math.sqrt(middle) })) < found) low = middle;
    else high = middle;
  }
  return low;
}

describe('tree', () => {
  it.each(cases)("has TensorFlow Privacy's sensitivity, or little more: $options", ({ options, squaredSensitivity: expected }) => {
    const found = squaredSensitivity(options);
    expect(found).toBeGreaterThan(expected * (1 - 1e-6));
    expect(found).toBeLessThan(expected * 1.1);
    if (options.maxParticipations === 1 || options.restartFrequency !== undefined) expect(found).toBeCloseTo(expected, 5);
  });

  it('counts the trees of a client, the first of which may be shorter', () => {
    // Trees of 4, 8, 8 and 3 rounds have 3, 4, 4 and 2 levels; a client with eight rounds between is in three of them.
    expect(squaredSensitivity({ rounds: 23, restartFrequency: 8, restartWarmup: 4, maxParticipations: 1 })).toBeCloseTo(4, 5);
    expect(squaredSensitivity({ rounds: 23, restartFrequency: 8, restartWarmup: 4, maxParticipations: 9, minSeparation: 8 })).toBeCloseTo(
      11,
      5,
    );
    expect(squaredSensitivity({ rounds: 3, restartFrequency: 1, maxParticipations: 3 })).toBeCloseTo(3, 5);
  });

  it('refuses options out of their ranges', () => {
    const options = { noiseMultiplier: 1, rounds: 10, maxParticipations: 1 };
    expect(() => tree({ ...options, rounds: 0 })).toThrow('`rounds` must be a finite number of at least 1, received 0');
    expect(() => tree({ ...options, minSeparation: 0 })).toThrow(RangeError);
    expect(() => tree({ ...options, restartFrequency: 8, restartWarmup: 9 })).toThrow('`restartWarmup` must be a finite number in [1, 8]');
    expect(() => tree({ ...options, samplingProbability: 0.1 } as never)).toThrow('has no option `samplingProbability`');
  });
});
