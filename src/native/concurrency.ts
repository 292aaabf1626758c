/** How many clients run at once unless the user says otherwise. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Reads a file, or gives nothing where it is not there. */
export type ReadFile = (path: string) => string | undefined;

const read: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The processors that a control group allows, or infinity. */
export function cgroupLimit(readFile: ReadFile = read): number {
  // Version 2 has "quota period" (or "max") in one file, version 1 has two files and -1 for no limit.
  const v2 = readFile('/sys/fs/cgroup/cpu.max')?.trim().split(/\s+/);
  const [quota, period] = v2 ?? [readFile('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'), readFile('/sys/fs/cgroup/cpu/cpu.cfs_period_us')];
  const share = Number(quota) / Number(period);
  return Number.isFinite(share) && share > 0 ? share : Number.POSITIVE_INFINITY;
}

/**
 * One client per processor that this process may use: its affinity (which Node knows) and its control group's quota (which it does not).
 */
export function defaultConcurrency(processors: number = availableParallelism(), readFile: ReadFile = read): number {
  return Math.max(1, Math.floor(Math.min(processors, cgroupLimit(readFile))));
}
