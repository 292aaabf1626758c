import { describe, expect, it } from 'vitest';
import { cgroupLimit, defaultConcurrency } from '../../src/native/concurrency.js';

const files =
  (contents: Record<string, string>) =>
  (path: string): string | undefined =>
    contents[path];
const v2 = (text: string) => files({ '/sys/fs/cgroup/cpu.max': text });
const v1 = (quota: string) =>
  files({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': `${quota}\n`, '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' });

describe('cgroupLimit', () => {
  it('reads version 2', () => {
    expect(cgroupLimit(v2('150000 100000\n'))).toBe(1.5);
    expect(cgroupLimit(v2('max 100000\n'))).toBe(Number.POSITIVE_INFINITY);
  });

  it('reads version 1', () => {
    expect(cgroupLimit(v1('400000'))).toBe(4);
    expect(cgroupLimit(v1('-1'))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is without limit where there are no such files, or they hold something else', () => {
    expect(cgroupLimit(files({}))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2(''))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2('nonsense'))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2('100000 0'))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('defaultConcurrency', () => {
  it('is the smaller of processors and quota, whole, and at least 1', () => {
    expect(defaultConcurrency(8, files({}))).toBe(8);
    expect(defaultConcurrency(8, v2('350000 100000'))).toBe(3);
    expect(defaultConcurrency(2, v2('350000 100000'))).toBe(2);
    expect(defaultConcurrency(8, v2('50000 100000'))).toBe(1);
  });

  it('fits this machine', () => {
    expect(defaultConcurrency()).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger(defaultConcurrency())).toBe(true);
  });
});
