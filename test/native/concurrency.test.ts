import { describe, expect, it } from 'vitest';
import { cgroupLimit, clientsInRoom, defaultConcurrency } from '../../src/native/concurrency.js';

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

  const group = (lines: string, limits: Record<string, string>) => files({ '/proc/self/cgroup': lines, ...limits });

  it("reads the process' own group and those around it, whichever is narrower", () => {
    const at = (limits: Record<string, string>) =>
      cgroupLimit(
        group(
          '0::/system.slice/train.service\n',
          Object.fromEntries(Object.entries(limits).map(([path, text]) => [`/sys/fs/cgroup${path}/cpu.max`, text])),
        ),
      );
    expect(at({ '/system.slice/train.service': '250000 100000\n' })).toBe(2.5);
    expect(at({ '/system.slice/train.service': 'max 100000\n', '/system.slice': '300000 100000\n' })).toBe(3);
    expect(at({ '/system.slice/train.service': '600000 100000\n', '/system.slice': '300000 100000\n', '': '800000 100000\n' })).toBe(3);
    expect(at({ '/system.slice/another.service': '100000 100000\n' })).toBe(Number.POSITIVE_INFINITY);
  });

  it("reads version 1's group, wherever its controller is mounted", () => {
    const lines = '5:memory:/other\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n0::/\n';
    for (const mount of ['cpu', 'cpu,cpuacct', 'cpuacct,cpu']) {
      const files = (path: string, value: string) => ({
        [`/sys/fs/cgroup/${mount}${path}/cpu.cfs_quota_us`]: `${value}\n`,
        [`/sys/fs/cgroup/${mount}${path}/cpu.cfs_period_us`]: '50000\n',
      });
      expect(cgroupLimit(group(lines, files('/docker/abc', '75000')))).toBe(1.5);
      // A container without a namespace for groups: the host's path is not there, the root is its own group.
      expect(cgroupLimit(group(lines, files('', '100000')))).toBe(2);
      expect(cgroupLimit(group(lines, files('/other', '50000')))).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('is without limit where there are no such files, or they hold something else', () => {
    expect(cgroupLimit(files({}))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2(''))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2('nonsense'))).toBe(Number.POSITIVE_INFINITY);
    expect(cgroupLimit(v2('100000 0'))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('clientsInRoom', () => {
  const MIB = 2 ** 20;

  it('is all clients where each takes up to 256 MiB, and fewer where they take more, but one', () => {
    for (const clients of [1, 2, 64]) {
      expect(clientsInRoom(clients, 0)).toBe(clients);
      expect(clientsInRoom(clients, 256 * MIB)).toBe(clients);
      expect(clientsInRoom(clients, 2 ** 50)).toBe(1);
    }
    expect([257, 384, 512, 1024].map((size) => clientsInRoom(2, size * MIB))).toEqual([1, 1, 1, 1]);
    expect([257, 384, 512, 1024].map((size) => clientsInRoom(64, size * MIB))).toEqual([63, 42, 32, 16]);
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
