/** How many clients run at once unless the user says otherwise. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** Reads a file, or gives nothing where it is not there. */
export type ReadFile = (path: string) => string | undefined;

const read: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

// Version 2 has one hierarchy, perhaps beside those of version 1, and no controllers' names in `/proc/self/cgroup`; version 1 has one for each
// controller, under the names of all that share it.
const ROOTS = {
  v2: ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'],
  v1: ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/cpuacct,cpu'],
} as const;

/** Version 2 has "quota period" (or "max") in one file, version 1 has two files and -1 for no limit. */
function quota(folder: string, version: keyof typeof ROOTS, readFile: ReadFile): number {
  const of = (name: string): string | undefined => readFile(posix.join(folder, name))?.trim();
  const [time, period] = version === 'v2' ? (of('cpu.max')?.split(/\s+/) ?? []) : [of('cpu.cfs_quota_us'), of('cpu.cfs_period_us')];
  const share = Number(time) / Number(period);
  return Number.isFinite(share) && share > 0 ? share : Number.POSITIVE_INFINITY;
}

/** A group and those around it, the root last: each may have a limit of its own. */
function lineage(group: string): string[] {
  const parent = posix.dirname(group);
  return parent === group ? [group] : [group, ...lineage(parent)];
}

/** The processors that this process' control groups allow, or infinity. */
export function cgroupLimit(readFile: ReadFile = read): number {
  const groups: Record<keyof typeof ROOTS, string> = { v2: '/', v1: '/' };
  for (const line of readFile('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers === '') groups.v2 = path;
    else if (controllers?.split(',').includes('cpu')) groups.v1 = path;
  }
  // In a container the paths may be the host's, of which only the root is mounted: what is not there limits nothing.
  const limits = (['v2', 'v1'] as const).flatMap((version) =>
    ROOTS[version].flatMap((root) => lineage(groups[version]).map((group) => quota(posix.join(root, group), version, readFile))),
  );
  return Math.min(...limits);
}

/** Bytes of results for each processor: 256 MiB, an eighth of what a machine commonly has for one. */
const ROOM = 1 << 28;

/** How many of some clients run at once, at least one, where each takes so many bytes for its results: those of large models would fill the memory. */
export const clientsInRoom = (clients: number, bytes: number): number =>
  Math.max(1, Math.min(clients, Math.floor((clients * ROOM) / bytes)));

/**
 * One client per processor that this process may use: its affinity (which Node knows) and its control groups' quota (which only newer ones do).
 */
export function defaultConcurrency(processors: number = availableParallelism(), readFile: ReadFile = read): number {
  return Math.max(1, Math.floor(Math.min(processors, cgroupLimit(readFile))));
}
