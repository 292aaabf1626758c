import { describe, expect, it } from 'vitest';
import { privacy } from '../../src/index.js';

const { epsilon, gaussian, laplace, noiseMultiplier, tree } = privacy;

describe('noiseMultiplier', () => {
  it.each(['pld', 'rdp'] as const)('keeps ε, and hardly misses it: %s', (accountant) => {
    for (const [target, delta, samplingProbability, rounds] of [
      [1, 1e-5, 0.01, 1000],
      [8, 1e-5, 256 / 60_000, 14_062],
      [0.1, 1e-6, 1, 1],
      [100, 1e-9, 1, 10],
    ] as const) {
      const mechanism = (multiplier: number) => gaussian({ noiseMultiplier: multiplier, samplingProbability, rounds });
      const found = epsilon(mechanism(noiseMultiplier(mechanism, { epsilon: target, delta, accountant })), { delta, accountant });
      expect(found).toBeLessThanOrEqual(target);
      expect(found / target).toBeGreaterThan(1 - 1e-3);
    }
  });

  it('keeps every ε', () => {
    const mechanism = (multiplier: number) => gaussian({ noiseMultiplier: multiplier, rounds: 3 });
    for (let target = 0.05; target < 20; target *= 1.1) {
      const options = { delta: 1e-6, accountant: 'rdp' } as const;
      expect(epsilon(mechanism(noiseMultiplier(mechanism, { epsilon: target, ...options })), options)).toBeLessThanOrEqual(target);
    }
  });

  it('is the closed form for Laplace noise without δ', () => {
    const found = noiseMultiplier((multiplier) => laplace({ noiseMultiplier: multiplier, rounds: 4 }), { epsilon: 2, delta: 0 });
    expect(found / 2).toBeCloseTo(1, 3);
  });

  it('takes several mechanisms, and any function of the noise', () => {
    const mechanisms = (multiplier: number) => [
      tree({ noiseMultiplier: multiplier, rounds: 500, maxParticipations: 2, minSeparation: 100 }),
      gaussian({ noiseMultiplier: 10 * multiplier }),
    ];
    const found = noiseMultiplier(mechanisms, { epsilon: 3, delta: 1e-6 });
    expect(epsilon(mechanisms(found), { delta: 1e-6 }) / 3).toBeCloseTo(1, 3);
  });

  it('is 0 where nothing is told', () => {
    expect(noiseMultiplier((multiplier) => gaussian({ noiseMultiplier: multiplier, rounds: 0 }), { epsilon: 1, delta: 0.1 })).toBe(0);
  });

  it('refuses what no noise can do, and options out of their ranges', () => {
    const mechanism = (multiplier: number) => gaussian({ noiseMultiplier: multiplier });
    expect(() => noiseMultiplier(mechanism, { epsilon: 1, delta: 0 })).toThrow('`epsilon` must be such that some noise is enough');
    expect(() => noiseMultiplier(mechanism, { epsilon: 0, delta: 0.1 })).toThrow('`epsilon` must be a finite number above 0, received 0');
    expect(() => noiseMultiplier(gaussian({ noiseMultiplier: 1 }) as never, { epsilon: 1, delta: 0.1 })).toThrow(
      '`mechanisms` must be a function',
    );
    expect(() => noiseMultiplier(() => 1 as never, { epsilon: 1, delta: 0.1 })).toThrow('`mechanisms` must be a mechanism');
    expect(() => noiseMultiplier(mechanism, { epsilon: 1, delta: 0.1, tolerance: 1 } as never)).toThrow('has no option `tolerance`');
  });
});
