/** Moments of a sample, for tests of distributions. */
export function moments(sample: readonly number[]): { mean: number; deviation: number; kurtosis: number } {
  const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const mean = average(sample);
  const variance = average(sample.map((v) => (v - mean) ** 2));
  return { mean, deviation: Math.sqrt(variance), kurtosis: average(sample.map((v) => (v - mean) ** 4)) / variance ** 2 };
}
