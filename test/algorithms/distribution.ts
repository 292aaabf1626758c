/** What is drawn, held against closed-form probabilities. */
import { expect } from 'vitest';

/**
 * That outcomes come as often as they should, by Pearson's chi-square test: what is expected less than five times counts together. It fails for
 * one in 10,000 of right samples.
 */
export function expectDistribution(drawn: readonly string[], probabilities: Readonly<Record<string, number>>): void {
  expect(Object.values(probabilities).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  const all = Object.keys(probabilities);
  expect(drawn.filter((outcome) => !(probabilities[outcome] ?? 0))).toEqual([]);
  const expected = (outcome: string) => drawn.length * (probabilities[outcome] as number);
  const often = all.filter((outcome) => expected(outcome) >= 5);
  const rest = all.filter((outcome) => expected(outcome) < 5);
  const groups = [...often.map((outcome) => [outcome]), ...(rest.length === 0 ? [] : [rest])];
  let statistic = 0;
  for (const group of groups) {
    const mean = group.reduce((sum, outcome) => sum + expected(outcome), 0);
    const count = drawn.filter((outcome) => group.includes(outcome)).length;
    if (mean > 0) statistic += (count - mean) ** 2 / mean;
  }
  expect(statistic).toBeLessThan(chiSquareQuantile(groups.length - 1));
}

/** The 0.9999 quantile, by Wilson and Hilferty's approximation: 27.8 for 7 degrees of freedom (27.9), 53.0 for 23 (53.0). */
const chiSquareQuantile = (freedom: number): number => freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3;
