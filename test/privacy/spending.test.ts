import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { privacy } from '../../src/index.js';

const { gaussian, laplace, tree, epsilon, delta } = privacy;

interface Case extends privacy.MechanismOptions {
  readonly mechanism: 'gaussian' | 'laplace' | 'tree';
  readonly samplingProbability: number;
  readonly deltas: readonly number[];
  readonly pld: readonly number[];
  readonly rdp?: readonly number[];
}
const cases = (
  readFileSync(new URL('accountants.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line)) as Case[]
).filter(({ mechanism }) => mechanism !== 'tree');
const make = ({ mechanism, noiseMultiplier, samplingProbability, rounds }: Case): privacy.Mechanism =>
  (mechanism === 'gaussian' ? gaussian : laplace)({ noiseMultiplier, samplingProbability, rounds: rounds as number });
const named = (list: readonly Case[]) =>
  list.map((c) => [`${c.mechanism} ${c.noiseMultiplier}, ${c.samplingProbability}, ${c.rounds} rounds`, c] as const);
/** Relative for numbers that are not tiny. */
const distance = (found: number, expected: number): number => Math.abs(found - expected) / Math.max(expected, 1e-4);

describe('the accountant by distributions', () => {
  it.each(named(cases))("has dp-accounting's numbers and those of closed forms: %s", (_, c) => {
    c.deltas.forEach((d, i) => {
      const expected = c.pld[i] as number;
      const found = epsilon(make(c), { delta: d });
      expect(distance(found, expected), `${found} for ${expected}`).toBeLessThan(0.01);
      if (c.samplingProbability !== 1 || c.mechanism !== 'gaussian') return;
      expect(found).toBeGreaterThanOrEqual(expected);
      expect(found / expected).toBeLessThan(1 + 2e-4);
    });
  });

  it.each([
    [{ noiseMultiplier: 10, samplingProbability: 0.5, rounds: 3 }, 1e-2, 0.07185672],
    [{ noiseMultiplier: 2, samplingProbability: 0.9, rounds: 3 }, 0.1, 0.63986179],
    [{ noiseMultiplier: 10, samplingProbability: 0.5, rounds: 30 }, 0.1, 0.01728595],
  ])("has dp-accounting's numbers where a client that comes tells more than one that leaves: %o", (options, d, expected) => {
    // Of a client that leaves alone it would be one to five percent less.
    expect(Math.abs(epsilon(laplace(options), { delta: d }) / expected - 1)).toBeLessThan(1e-3);
  });

  it('is above the closed form of one round of Laplace noise, and near it', () => {
    // 1 − e^((ε − 1/b) / 2).
    for (const [scale, at] of [
      [0.5, 1],
      [2, 0.1],
      [2, 0.4],
      [10, 0.01],
    ] as const) {
      const exact = -Math.expm1((at - 1 / scale) / 2);
      const found = delta(laplace({ noiseMultiplier: scale }), { epsilon: at });
      expect(found).toBeGreaterThan(exact);
      expect(found / exact).toBeLessThan(1.01);
    }
    expect(delta(laplace({ noiseMultiplier: 2 }), { epsilon: 0.5 })).toBe(0);
  });

  it('knows the largest loss of Laplace noise, sampled or not, for a δ of 0', () => {
    expect(epsilon(laplace({ noiseMultiplier: 2, rounds: 3 }), { delta: 0 })).toBe(1.5);
    const sampled = epsilon(laplace({ noiseMultiplier: 2, samplingProbability: 0.1, rounds: 3 }), { delta: 0 });
    expect(sampled).toBeCloseTo(3 * Math.log(1 + 0.1 * Math.expm1(0.5)), 12);
    expect(epsilon(gaussian({ noiseMultiplier: 2 }), { delta: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('is not below the truth where outcomes are too rare to be looked at', () => {
    // The loss is above 12 with the probability of a normal variable above 11.5: less than 1e-30.
    const found = delta(gaussian({ noiseMultiplier: 1 }), { epsilon: 12 });
    expect(found).toBeGreaterThan(6e-31);
    expect(found).toBeLessThan(1e-20);
  });

  it.each([1e-2, 1e-6, 1e-12, 1e-20])('gives the δ back of which it made ε: %d', (target) => {
    for (const samplingProbability of [1, 0.02]) {
      const mechanism = gaussian({ noiseMultiplier: 1, samplingProbability, rounds: 500 });
      const back = delta(mechanism, { epsilon: epsilon(mechanism, { delta: target }) });
      expect(Math.abs(back / target - 1)).toBeLessThan(0.01);
    }
  });

  it('adds up what different mechanisms tell', () => {
    // 1/σ² of Gaussian noise adds up.
    const both = epsilon([gaussian({ noiseMultiplier: 2 }), gaussian({ noiseMultiplier: 1, rounds: 3 })], { delta: 1e-6 });
    const one = epsilon(gaussian({ noiseMultiplier: 3.25 ** -0.5 }), { delta: 1e-6 });
    expect(Math.abs(both / one - 1)).toBeLessThan(1e-3);
    const mixed = [gaussian({ noiseMultiplier: 1, samplingProbability: 0.01, rounds: 1000 }), laplace({ noiseMultiplier: 3 })];
    const [first, second] = mixed.map((m) => epsilon(m, { delta: 1e-6 })) as [number, number];
    const together = epsilon(mixed, { delta: 1e-6 });
    expect(together).toBeGreaterThan(Math.max(first, second));
    expect(together).toBeLessThan(first + second);
  });
});

describe('the accountant by Rényi divergences', () => {
  it.each(named(cases.filter(({ rdp }) => rdp !== undefined)))("has dp-accounting's numbers: %s", (_, c) => {
    c.deltas.forEach((d, i) => {
      const [found, expected] = [epsilon(make(c), { delta: d, accountant: 'rdp' }), c.rdp?.[i] as number];
      // Elsewhere dp-accounting leaves out orders whose series do not converge, and is above.
      const converges =
        c.mechanism === 'laplace' || c.samplingProbability === 1 || (c.noiseMultiplier >= 1 && c.samplingProbability === 0.01);
      if (converges) expect(distance(found, expected), `${found} for ${expected}`).toBeLessThan(1e-5);
      else if (expected > 0.01) expect(found, `${found} for ${expected}`).toBeLessThan(expected * (1 + 1e-6));
    });
  });

  it('is an upper bound, with δ as with ε', () => {
    for (const c of cases) {
      const mechanism = make(c);
      const bound = epsilon(mechanism, { delta: 1e-5, accountant: 'rdp' });
      expect(bound, JSON.stringify(c)).toBeGreaterThanOrEqual(
        Math.min(c.pld[0] as number, epsilon(mechanism, { delta: 1e-5 })) * (1 - 1e-9),
      );
      if (bound > 0.01) expect(delta(mechanism, { epsilon: bound, accountant: 'rdp' })).toBeLessThan(1e-5 * 1.01);
    }
  });

  it('is an upper bound of δ without ε, where only the Kullback-Leibler divergence is one', () => {
    // 2 Φ(1 / 2σ) − 1, which is 1 / (σ √2π) for large σ.
    for (const noiseMultiplier of [5, 50]) {
      const exact = 1 / (noiseMultiplier * Math.sqrt(2 * Math.PI));
      const found = delta(gaussian({ noiseMultiplier }), { epsilon: 0, accountant: 'rdp' });
      expect(found).toBeGreaterThan(exact);
      expect(found).toBeLessThan(2 * exact);
    }
    // The same of many rounds, whose noises add up, where one tells less than numbers near 1 can.
    const [noiseMultiplier, samplingProbability, rounds] = [100, 1e-5, 1e6];
    const exact = (samplingProbability * Math.sqrt(rounds)) / (noiseMultiplier * Math.sqrt(2 * Math.PI));
    const found = delta(gaussian({ noiseMultiplier, samplingProbability, rounds }), { epsilon: 0, accountant: 'rdp' });
    expect(found).toBeGreaterThan(exact);
    expect(found).toBeLessThan(3 * exact);
  });

  it('is not above what TensorFlow Privacy published, with an older bound of ε', () => {
    // https://github.com/tensorflow/privacy, tutorials/README.md: MNIST in batches of 256, δ = 1e-5.
    for (const [noiseMultiplier, epochs, published] of [
      [1.3, 15, 1.19],
      [1.1, 60, 3.01],
      [0.7, 45, 7.1],
    ] as const) {
      const mechanism = gaussian({ noiseMultiplier, samplingProbability: 256 / 60_000, rounds: Math.ceil((epochs * 60_000) / 256) });
      const found = epsilon(mechanism, { delta: 1e-5, accountant: 'rdp' });
      expect(found).toBeLessThan(published);
      expect(found).toBeGreaterThan(0.8 * published);
    }
  });
});

describe.each(['pld', 'rdp'] as const)('both accountants: %s', (accountant) => {
  const spent = (options: Partial<privacy.MechanismOptions>, d = 1e-6) =>
    epsilon(gaussian({ noiseMultiplier: 1, samplingProbability: 0.01, rounds: 100, ...options }), { delta: d, accountant });

  it('find less privacy with less noise, more sampling, more rounds, and less δ', () => {
    const increasing = (values: number[]) => expect(values).toEqual([...values].sort((a, b) => a - b));
    increasing([100, 10, 3, 1, 0.5, 0.3, 0.1, 0.01].map((noiseMultiplier) => spent({ noiseMultiplier })));
    increasing([0, 1e-6, 1e-4, 1e-2, 0.1, 0.5, 0.99, 1].map((samplingProbability) => spent({ samplingProbability })));
    increasing([0, 1, 10, 100, 1000, 100_000].map((rounds) => spent({ rounds })));
    increasing([0.5, 1e-2, 1e-5, 1e-10].map((d) => spent({}, d)));
    const mechanism = gaussian({ noiseMultiplier: 1, samplingProbability: 0.01, rounds: 100 });
    increasing([5, 2, 1, 0.1, 0].map((e) => delta(mechanism, { epsilon: e, accountant })));
  });

  it('know that nothing is told by no rounds, or by clients that never take part', () => {
    for (const nothing of [{ rounds: 0 }, { samplingProbability: 0 }]) {
      expect(spent(nothing)).toBe(0);
      expect(delta(gaussian({ noiseMultiplier: 0, ...nothing }), { epsilon: 0, accountant })).toBe(0);
    }
    expect(epsilon([], { delta: 1e-6, accountant })).toBe(0);
  });

  it('know limits of noise: next to none tells all, and any amount is a number', () => {
    expect(spent({ noiseMultiplier: 1e-4, samplingProbability: 1 })).toBe(Number.POSITIVE_INFINITY);
    const most = spent({ noiseMultiplier: 1e6, samplingProbability: 1 });
    for (const noiseMultiplier of [1e7, 1e155, 1e300]) expect(spent({ noiseMultiplier, samplingProbability: 1 })).toBe(most);
  });

  it('know that all is told without noise', () => {
    expect(spent({ noiseMultiplier: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(delta(gaussian({ noiseMultiplier: 0 }), { epsilon: 10, accountant })).toBe(1);
    const found = delta(gaussian({ noiseMultiplier: 0, samplingProbability: 0.1, rounds: 2 }), { epsilon: 10, accountant });
    expect(found).toBeGreaterThanOrEqual(0.19 - 1e-12);
  });

  it('refuse what is out of its range', () => {
    const mechanism = gaussian({ noiseMultiplier: 1 });
    expect(() => epsilon(mechanism, { delta: -1, accountant })).toThrow('`delta` must be a finite number in [0, 1], received -1');
    expect(() => epsilon(mechanism, { delta: 1, accountant })).toThrow(RangeError);
    expect(() => delta(mechanism, { epsilon: -1, accountant })).toThrow(
      '`epsilon` must be a finite number that is not negative, received -1',
    );
    expect(() => epsilon({} as never, { delta: 0.1, accountant })).toThrow('`mechanisms` must be a mechanism');
    expect(() => epsilon(mechanism, { delta: 0.1, account: accountant } as never)).toThrow('has no option `account`');
  });
});

it('mechanisms refuse options out of their ranges', () => {
  for (const mechanism of [gaussian, laplace]) {
    expect(() => mechanism({ noiseMultiplier: -1 })).toThrow('`noiseMultiplier` must be a finite number that is not negative, received -1');
    expect(() => mechanism({ noiseMultiplier: 1, samplingProbability: 2 })).toThrow(
      '`samplingProbability` must be a finite number in [0, 1]',
    );
    expect(() => mechanism({ noiseMultiplier: 1, rounds: 1.5 })).toThrow(
      '`rounds` must be a whole number that is not negative, received 1.5',
    );
    expect(() => mechanism({ noiseMultiplier: 1, clip: 1 } as never)).toThrow('has no option `clip`');
    expect(() => mechanism({} as never)).toThrow(TypeError);
  }
  expect(() => epsilon(gaussian({ noiseMultiplier: 1 }), { delta: 0.1, accountant: 'prv' } as never)).toThrow(
    '`accountant` must be one of "pld", "rdp", received "prv"',
  );
  expect(() => tree({ noiseMultiplier: 1, rounds: 10 } as never)).toThrow('`maxParticipations` must be a whole number');
});
