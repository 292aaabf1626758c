/** The search for libtensorflow, among files in a temporary folder. Nothing is loaded. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LibraryNotFoundError } from '../../src/errors.js';
import { type FindOptions, findLibrary } from '../../src/native/library.js';
import { platformKey } from '../../src/native/platform.js';
import { RELEASES, type Release, TENSORFLOW_VERSION } from '../../src/native/setup/releases.js';

let folder: string;
/** Options under which every place is in the temporary folder, and empty. */
let options: { root: string; env: Record<string, string> };
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fedkeras-library-')));
  options = { root: join(folder, 'project'), env: { PATH: join(folder, 'bin'), FEDKERAS_CACHE: join(folder, 'cache') } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, { size = 0, text = '', mode = 0o644 } = {}): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
  if (size > 0) truncateSync(path, size);
  return path;
}

// Every place, in the order of the search; each function puts a library there and returns its path.
const places = {
  'platform package': () => {
    const home = join(options.root, 'node_modules', '@fedkeras', `libtensorflow-${platformKey()}`);
    file(join(home, 'package.json'), { text: '{"version":"1.0.0"}' });
    return file(join(home, 'libtensorflow_cc.so.2'));
  },
  cache: () => {
    const home = join(folder, 'cache', `libtensorflow-${TENSORFLOW_VERSION}-${platformKey()}`);
    const release = RELEASES[platformKey()] as Release;
    // Files without content but with the pinned sizes.
    for (const { name, size } of release.libraries) file(join(home, name), { size });
    file(join(home, 'complete.json'), { text: '{}' });
    return join(home, release.libraries[0]?.name ?? '');
  },
  python: () => {
    const home = join(folder, 'site-packages', 'tensorflow');
    file(join(folder, 'bin', 'python3'), { text: `#!/bin/sh\necho ${home}\n`, mode: 0o755 });
    return file(join(home, 'libtensorflow_cc.so.2'));
  },
  system: () => {
    const home = join(folder, 'lib');
    options.env.LD_LIBRARY_PATH = `:${join(folder, 'missing')}:${home}`;
    return file(join(home, 'libtensorflow.so.2'));
  },
};

const failure = (o: FindOptions): LibraryNotFoundError => {
  try {
    return findLibrary(o) as never;
  } catch (error) {
    return error as LibraryNotFoundError;
  }
};

describe('findLibrary', () => {
  it('finds the library in each place, the earlier places first', () => {
    for (const put of Object.values(places).reverse()) {
      const path = put();
      expect(findLibrary(options)).toBe(path);
    }
  });

  it('names every place, what was found there, and the command', () => {
    const error = failure(options);
    expect(error).toBeInstanceOf(LibraryNotFoundError);
    expect(error.code).toBe('ERR_LIBRARY_NOT_FOUND');
    expect(error.searched).toHaveLength(4);
    expect(error.searched.slice(0, 3)).toEqual([
      `the package @fedkeras/libtensorflow-${platformKey()}: not installed`,
      `the cache ${join(folder, 'cache')}: not set up`,
      "Python's tensorflow: no Python",
    ]);
    expect(error.searched[3]).toMatch(/^the system's library folders: not in .*\/usr\/local\/lib, \/usr\/lib/);
    for (const place of error.searched) expect(error.message).toContain(`  - ${place}`);
    expect(error.message).toContain('`npx fedkeras setup`');
  });

  it('says what is wrong with a place that holds something else', () => {
    const home = join(options.root, 'node_modules', '@fedkeras', `libtensorflow-${platformKey()}`);
    file(join(home, 'package.json'), { text: '{}' });
    file(join(folder, 'bin', 'python3'), { text: '#!/bin/sh\necho\n', mode: 0o755 });
    places.cache();
    truncateSync(join(folder, 'cache', `libtensorflow-${TENSORFLOW_VERSION}-${platformKey()}`, 'libtensorflow_framework.so.2'), 17);
    expect(failure(options).searched.slice(0, 3)).toEqual([
      `the package @fedkeras/libtensorflow-${platformKey()}: no libtensorflow in it`,
      `the cache ${join(folder, 'cache')}: not set up`,
      "Python's tensorflow: no TensorFlow in it",
    ]);
  });

  it('takes a path below a file for a missing one', () => {
    const inFile = join(file(join(folder, 'file')), 'lib');
    expect(failure({ libraryPath: inFile }).searched).toEqual([`the option libraryPath (${inFile}): no such file`]);
    options.env.FEDKERAS_CACHE = inFile;
    expect(failure(options).searched[1]).toBe(`the cache ${inFile}: not set up`);
  });

  it('survives a Python that fails', () => {
    file(join(folder, 'bin', 'python3'), { text: '#!/bin/sh\necho /usr; exit 3\n', mode: 0o755 });
    expect(failure(options).searched[2]).toBe("Python's tensorflow: no Python");
  });

  it('takes a file or a folder from the option, before all else', () => {
    places.cache();
    options.env.FEDKERAS_LIBTENSORFLOW = file(join(folder, 'variable.so'));
    const chosen = file(join(folder, 'own', 'libtensorflow.so'));
    expect(findLibrary({ ...options, libraryPath: chosen })).toBe(chosen);
    expect(findLibrary({ ...options, libraryPath: dirname(chosen) })).toBe(chosen);
  });

  it('takes a file or a folder from FEDKERAS_LIBTENSORFLOW, before what it finds itself', () => {
    places.cache();
    const chosen = file(join(folder, 'own', 'libtensorflow_cc.2.dylib'));
    options.env.FEDKERAS_LIBTENSORFLOW = chosen;
    expect(findLibrary(options)).toBe(chosen);
    options.env.FEDKERAS_LIBTENSORFLOW = dirname(chosen);
    expect(findLibrary(options)).toBe(chosen);
    options.env.FEDKERAS_LIBTENSORFLOW = '';
    expect(findLibrary(options)).toContain(join(folder, 'cache'));
  });

  it('does not replace a path that was asked for', () => {
    places.cache();
    const missing = join(folder, 'missing');
    expect(failure({ ...options, libraryPath: missing }).searched).toEqual([`the option libraryPath (${missing}): no such file`]);
    options.env.FEDKERAS_LIBTENSORFLOW = dirname(file(join(folder, 'empty', 'readme')));
    expect(failure(options).searched).toEqual([`FEDKERAS_LIBTENSORFLOW (${join(folder, 'empty')}): no libtensorflow in it`]);
  });

  it("prefers the wheel's library where a folder has several", () => {
    file(join(folder, 'lib', 'libtensorflow.so'));
    file(join(folder, 'lib', 'libtensorflow_cc.so.2'));
    expect(findLibrary({ libraryPath: join(folder, 'lib') })).toBe(join(folder, 'lib', 'libtensorflow_cc.so.2'));
  });
});
