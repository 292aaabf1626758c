import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installedLibrary } from '../../../src/native/setup/install.js';
import { RELEASES, TENSORFLOW_VERSION } from '../../../src/native/setup/releases.js';

describe('RELEASES', () => {
  it.each(Object.entries(RELEASES))('%s is pinned wholly', (platform, release) => {
    expect(release.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(release.tag).toContain(platform.endsWith('x64') ? 'x86_64' : platform.startsWith('darwin') ? 'arm64' : 'aarch64');
    // What is loaded first, then the library that it needs; a wheel is compressed.
    expect(release.libraries.map(({ name }) => name.split('.')[0])).toEqual(['libtensorflow_cc', 'libtensorflow_framework']);
    expect(release.libraries.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(release.size);
  });

  it('has three different wheels', () => {
    expect(new Set(Object.values(RELEASES).map(({ sha256 }) => sha256)).size).toBe(3);
  });

  it("has the version and the headers that are in this machine's cache", ({ skip }) => {
    const installed = installedLibrary();
    if (installed === undefined) return skip('this machine uses another libtensorflow than the cache has');
    expect(installed.folder).toContain(TENSORFLOW_VERSION);
    for (const header of ['tensorflow/c/c_api.h', 'tensorflow/c/tf_tstring.h', 'xla/tsl/c/tsl_status.h'])
      expect(statSync(join(installed.include, header)).isFile()).toBe(true);
  });
});
