import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder, packageRoot, platformKey } from '../../src/native/platform.js';

describe('platformKey', () => {
  it("is Node's names of system and processor", () => {
    expect(platformKey()).toBe(`${process.platform}-${process.arch}`);
  });
});

describe('packageRoot', () => {
  it('is the folder of our own package.json', () => {
    expect(existsSync(join(packageRoot(), 'native', 'sources.txt'))).toBe(true);
  });
});

describe('cacheFolder', () => {
  it('is FEDKERAS_CACHE, else in XDG_CACHE_HOME, else in the home folder', () => {
    expect(cacheFolder({ FEDKERAS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'fedkeras'));
    expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'fedkeras'));
  });

  it('takes an empty variable as not set', () => {
    expect(cacheFolder({ FEDKERAS_CACHE: '', XDG_CACHE_HOME: '' })).toBe(join(homedir(), '.cache', 'fedkeras'));
  });
});
