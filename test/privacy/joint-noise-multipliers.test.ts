import { describe, expect, it } from 'vitest';
import { privacy } from '../../src/index.js';

const { epsilon, gaussian, jointNoiseMultipliers, laplace, noiseMultiplier } = privacy;
const of =
  (mechanism: typeof gaussian, rounds: number, samplingProbability = 1) =>
  (multiplier: number) =>
    mechanism({ noiseMultiplier: multiplier, samplingProbability, rounds });

describe('jointNoiseMultipliers', () => {
  // Of pfl 0.6's JointPrivacyAccountant, which looks for E up to a thousandth.
  it.each([
    ['rdp', 2, 1e-6, { a: of(gaussian, 100, 0.01), b: of(gaussian, 1000, 0.01) }, { a: 0.8, b: 0.2 }, [0.9013732608, 3.1106670706]],
    ['rdp', 3, 1e-5, { a: of(gaussian, 100, 0.1), b: of(laplace, 3) }, { a: 0.5, b: 0.5 }, [2.9428410369, 1.8444688868]],
    ['pld', 2, 1e-5, { a: of(gaussian, 10, 0.1), b: of(laplace, 10, 0.1) }, { a: 0.75, b: 0.25 }, [1.2224712438, 1.7406500753]],
  ] as const)("is pfl's: %s, ε %s, δ %s", (accountant, target, delta, mechanisms, shares, expected) => {
    const { a, b } = jointNoiseMultipliers(mechanisms, { epsilon: target, delta, shares, accountant });
    expect(Math.abs(a / expected[0] - 1)).toBeLessThan(1e-3);
    expect(Math.abs(b / expected[1] - 1)).toBeLessThan(1e-3);
    const spent = epsilon([mechanisms.a(a), mechanisms.b(b)], { delta, accountant });
    expect(spent).toBeLessThanOrEqual(target);
    expect(spent / target).toBeGreaterThan(1 - 1e-3);
    // Each by itself has its share of one sum, which is more than ε.
    const alone = [epsilon(mechanisms.a(a), { delta: delta * shares.a, accountant }) / shares.a];
    alone.push(epsilon(mechanisms.b(b), { delta: delta * shares.b, accountant }) / shares.b);
    expect((alone[0] as number) / (alone[1] as number)).toBeCloseTo(1, 3);
    expect(alone[0]).toBeGreaterThan(target);
  });

  it('is the closed form for Laplace noise without δ, where losses add up', () => {
    const mechanisms = { once: of(laplace, 1), often: of(laplace, 4) };
    const { once, often } = jointNoiseMultipliers(mechanisms, { epsilon: 4, delta: 0, shares: { once: 0.25, often: 0.75 } });
    expect(once).toBeCloseTo(1, 3);
    expect(often).toBeCloseTo(4 / 3, 3);
  });

  it('splits evenly by default', () => {
    const options = { epsilon: 1, delta: 1e-5, accountant: 'rdp' } as const;
    const { a, b } = jointNoiseMultipliers({ a: of(gaussian, 1), b: (z) => [of(gaussian, 1)(z)] }, options);
    expect(a).toBe(b);
    // Two rounds with the same noise.
    expect(a / noiseMultiplier(of(gaussian, 2), options)).toBeCloseTo(1, 3);
  });

  it('gives all to those that tell something', () => {
    const options = { epsilon: 4, delta: 1e-6, accountant: 'rdp' } as const;
    const { a, b } = jointNoiseMultipliers({ a: of(gaussian, 10), b: of(gaussian, 0) }, options);
    expect(a / noiseMultiplier(of(gaussian, 10), options)).toBeCloseTo(1, 3);
    expect(b).toBe(0);
    expect(jointNoiseMultipliers({ a: of(gaussian, 0) }, options)).toEqual({ a: 0 });
  });

  it('refuses what no noise can do, and what is no budget or no split of it', () => {
    const mechanisms = { a: of(gaussian, 1), b: of(laplace, 1) };
    const refuses = (options: object, message: string, all: unknown = mechanisms) =>
      expect(() => jointNoiseMultipliers(all as never, { epsilon: 1, delta: 0.1, ...options } as never)).toThrow(message);
    refuses({ delta: 0 }, '`epsilon` must be such that some noise is enough');
    refuses({ epsilon: 0 }, '`epsilon` must be a finite number above 0, received 0');
    refuses({ delta: 1 }, '`delta` must be');
    refuses({ shares: { a: 0.5, b: 0.6 } }, '`shares` must be 1 together, received 1.1');
    refuses({ shares: { a: 1, b: 0 } }, '`shares.b` must be a finite number above 0, received 0');
    refuses({ shares: { a: 1 } }, '`shares.b` must be a number above 0, received undefined');
    refuses({ shares: { a: 0.5, c: 0.5 } }, '`shares` has no option `c`; it has `a`, `b`');
    refuses({ accountant: 'prv' }, '`accountant` must be');
    refuses({ tolerance: 1 }, '`options of jointNoiseMultipliers` has no option `tolerance`');
    refuses({}, '`mechanisms` must be at least one', {});
    refuses({}, '`mechanisms` must be an object of functions', [mechanisms.a]);
    refuses({}, '`mechanisms.a` must be a function', { a: mechanisms.a(1) });
    refuses({}, '`mechanisms` must be a mechanism', { a: () => 1 });
  });
});
