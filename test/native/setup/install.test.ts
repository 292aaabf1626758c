/** Setting up, with a Python that hands out small wheels: nothing is downloaded. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platformKey } from '../../../src/native/platform.js';
import { type InstallOptions, install, installedLibrary, SetupError } from '../../../src/native/setup/install.js';
import { type Release, TENSORFLOW_VERSION } from '../../../src/native/setup/releases.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const CONTENTS = {
  'tensorflow/libtensorflow_cc.so.2': bytes('the library'),
  'tensorflow/libtensorflow_framework.so.2': bytes('its framework'),
  'tensorflow/libother.so': bytes('not wanted'),
  'tensorflow/include/tensorflow/c/c_api.h': bytes('// the C API'),
  'tensorflow/include/xla/tsl/c/tsl_status.h': bytes('// statuses'),
  'tensorflow/include/tensorflow/cc/ops.h': bytes('// not wanted'),
  'tensorflow/include/tensorflow/c/c_api.cc': bytes('// not wanted'),
};

/** A wheel whose hash is its contents': a zip notes the time, in steps of two seconds, and one made a moment later would be another. */
const wheelOf = (contents: Record<string, Uint8Array>): Uint8Array => zipSync(contents, { mtime: new Date(2026, 0, 1) });

let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-install-'));
  cache = join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * A `python` whose `pip download` runs `download` (with `$wheel` and `$dest`), which knows `version` for every library, and is real otherwise.
 * It counts its downloads.
 */
function fakePython(wheel: Uint8Array, download = 'cp "$wheel" "$dest/"', version = TENSORFLOW_VERSION): string {
  const path = join(folder, `python3`);
  writeFileSync(join(folder, 'fake.whl'), wheel);
  writeFileSync(
    path,
    `#!/bin/sh
case "$1 $2" in
  *ctypes*) echo ${version} ;;
  "-m pip")
    echo download >> "${join(folder, 'downloads')}"
    wheel="${join(folder, 'fake.whl')}"
    while [ "$1" != --dest ]; do shift; done
    dest="$2"
    ${download} ;;
  *) exec python3 "$@" ;;
esac
`,
    { mode: 0o755 },
  );
  return path;
}

const downloads = (): number => readFileSync(join(folder, 'downloads'), 'utf8').trim().split('\n').length;

/** Options for a wheel of these contents, on a platform that is not ours, so that its library is not opened. */
function setup(contents: Record<string, Uint8Array> = CONTENTS, platform = 'test-arch'): Required<Omit<InstallOptions, 'log'>> {
  const wheel = wheelOf(contents);
  const release: Release = {
    project: 'tensorflow-test',
    tag: 'test',
    size: wheel.length,
    sha256: createHash('sha256').update(wheel).digest('hex'),
    libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].map((name) => ({
      name,
      size: CONTENTS[`tensorflow/${name}` as keyof typeof CONTENTS].length,
    })),
  };
  return { cache, python: fakePython(wheel), platform, releases: { [platform]: release } };
}

const release = (o: Required<Omit<InstallOptions, 'log'>>): Release => o.releases[o.platform] as Release;
const rejection = async (options: InstallOptions): Promise<SetupError> => {
  const error = await install(options).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(SetupError);
  return error as SetupError;
};
const list = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true }).flatMap((e) => (e.isFile() ? [e.name] : []));

describe('install', () => {
  it('puts the libraries and the C headers into the cache, and nothing else', async () => {
    const lines: string[] = [];
    const installed = await install({ ...setup(), log: (line) => lines.push(line) });
    expect(installed.folder).toBe(join(cache, `libtensorflow-${TENSORFLOW_VERSION}-test-arch`));
    expect(readFileSync(installed.library, 'utf8')).toBe('the library');
    expect(readFileSync(join(installed.include, 'tensorflow', 'c', 'c_api.h'), 'utf8')).toBe('// the C API');
    expect(list(cache).sort()).toEqual([
      'c_api.h',
      'complete.json',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'tsl_status.h',
    ]);
    expect(readdirSync(cache)).toEqual([`libtensorflow-${TENSORFLOW_VERSION}-test-arch`]);
    expect(lines.at(-1)).toBe(`libtensorflow ${TENSORFLOW_VERSION} is in ${installed.folder}`);
  });

  it('downloads nothing the second time', async () => {
    const options = setup();
    const first = await install(options);
    expect(await install({ ...options, python: join(folder, 'no-python') })).toEqual(first);
    expect(downloads()).toBe(1);
  });

  it('repairs what is damaged', async () => {
    const options = setup();
    const { library } = await install(options);
    truncateSync(library, 3);
    expect(installedLibrary(cache, options.platform, options.releases)).toBeUndefined();
    await install(options);
    expect(readFileSync(library, 'utf8')).toBe('the library');
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('runs twice at once', async () => {
    const options = setup();
    const both = await Promise.all([install(options), install(options)]);
    expect(both[0]).toEqual(both[1]);
    expect(readFileSync(both[0].library, 'utf8')).toBe('the library');
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('removes what a killed process left behind, and leaves a running one alone', async () => {
    for (const name of ['.setup-old', '.setup-new']) {
      mkdirSync(join(cache, name), { recursive: true });
      writeFileSync(join(cache, name, 'part.whl'), 'part');
    }
    utimesSync(join(cache, '.setup-old'), 0, 0);
    await install(setup());
    expect(readdirSync(cache).sort()).toEqual(['.setup-new', `libtensorflow-${TENSORFLOW_VERSION}-test-arch`]);
  });

  it('asks the library for its version where it is for this machine', async () => {
    const options = setup(CONTENTS, platformKey());
    expect((await install(options)).folder).toContain(platformKey());
    rmSync(cache, { recursive: true });
    fakePython(wheelOf(CONTENTS), undefined, '2.10.1');
    expect((await rejection(options)).message).toBe(`the downloaded library must be version ${TENSORFLOW_VERSION}, received 2.10.1`);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('refuses names in the wheel that lead out of the folder', async () => {
    const options = setup({
      ...CONTENTS,
      'tensorflow/include/tensorflow/c/../../../../../../outside.h': bytes('evil'),
      '/tensorflow/absolute.h': bytes('evil'),
      '../tensorflow/libtensorflow_cc.so.2': bytes('evil'),
    });
    await install(options);
    expect(list(folder).filter((name) => name === 'outside.h' || name === 'absolute.h')).toEqual([]);
    expect(readFileSync(join(cache, `libtensorflow-${TENSORFLOW_VERSION}-test-arch`, 'libtensorflow_cc.so.2'), 'utf8')).toBe('the library');
  });
});

describe('install, where something fails, leaves nothing behind and says', () => {
  it('a truncated download', async () => {
    const options = setup();
    const { size } = release(options);
    fakePython(wheelOf(CONTENTS).subarray(0, 100));
    expect((await rejection(options)).message).toBe(`the downloaded wheel must have ${size} bytes, received 100`);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a download with other content', async () => {
    const options = setup();
    const wheel = wheelOf(CONTENTS);
    wheel[wheel.length - 1] = 1;
    fakePython(wheel);
    expect((await rejection(options)).message).toMatch(
      new RegExp(`^the downloaded wheel must have the SHA-256 ${release(options).sha256}, received [0-9a-f]{64}$`),
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a wheel whose library has another size than pinned, or is missing', async () => {
    const other = setup({ ...CONTENTS, 'tensorflow/libtensorflow_cc.so.2': bytes('another') });
    expect((await rejection(other)).message).toBe("the wheel's libtensorflow_cc.so.2 must have 11 bytes, received 7");
    const { 'tensorflow/libtensorflow_framework.so.2': _, ...rest } = CONTENTS;
    expect((await rejection(setup(rest))).message).toBe(
      "the wheel's libtensorflow_framework.so.2 must have 13 bytes, received no such file",
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a download that breaks off', async () => {
    const options = setup();
    fakePython(wheelOf(CONTENTS), 'head -c 50 "$wheel" > "$dest/part.whl"; echo "connection reset" >&2; exit 1');
    const { message } = await rejection(options);
    expect(message).toContain('-m pip download …` failed with status 1:');
    expect(message).toContain('connection reset');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a pip that downloads nothing', async () => {
    const options = setup();
    fakePython(wheelOf(CONTENTS), 'true');
    expect((await rejection(options)).message).toBe('pip downloaded no wheel');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('no Python', async () => {
    const python = join(folder, 'no-python');
    expect((await rejection({ ...setup(), python })).message).toContain(
      `\`${python}\` could not be started: setting up needs Python 3 with pip`,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a platform without a build', async () => {
    const { message, code } = await rejection({ cache, platform: 'sunos-sparc' });
    expect(message).toBe(
      `libtensorflow ${TENSORFLOW_VERSION} is not available for sunos-sparc; available: linux-x64, linux-arm64, darwin-arm64. Build TensorFlow's C API yourself and set FEDKERAS_LIBTENSORFLOW to it.`,
    );
    expect(code).toBe('ERR_SETUP');
    expect(existsSync(cache)).toBe(false);
  });

  it('no space', async () => {
    const options = setup();
    const libraries = release(options).libraries.map((l) => ({ ...l, size: 1e15 }));
    const { message } = await rejection({ ...options, releases: { [options.platform]: { ...release(options), libraries } } });
    expect(message).toMatch(/^the cache .* needs 20000000\d\d MB while setting up, and \d+ MB are free\..*FEDKERAS_CACHE/);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a cache that cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const [at, reason] of [
      [file, 'there is a file of that name'],
      [join(file, 'cache'), 'a part of its path is a file'],
    ] as const) {
      const { message, cause } = await rejection({ ...setup(), cache: at });
      expect(message).toBe(`the cache ${at} cannot be used: ${reason}. Set FEDKERAS_CACHE to another folder.`);
      expect((cause as Error).message).toContain(at);
    }
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

// Nobody may write there, not even root.
describe.runIf(existsSync('/sys/kernel'))('a cache in a place that is read-only', () => {
  it('is named, with the way out', async () => {
    const { message } = await rejection({ ...setup(), cache: '/sys/fedkeras/cache' });
    expect(message).toMatch(
      /^the cache \/sys\/fedkeras\/cache cannot be used: it (may not be written|is read-only)\. Set FEDKERAS_CACHE to another folder\.$/,
    );
  });
});

describe('fedkeras setup, interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s, leaves nothing behind', async (signal) => {
    fakePython(new Uint8Array(1000), 'head -c 500 "$wheel" > "$dest/part.whl"; exec sleep 60');
    const child = spawn(process.execPath, ['dist/cli.js', 'setup'], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, FEDKERAS_CACHE: cache },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let during: string[] = [];
    child.stdout.once('data', () => {
      during = readdirSync(cache);
      child.kill(signal);
    });
    const ended = await new Promise((resolve) => child.on('exit', (...how) => resolve(how)));
    expect(during).toHaveLength(1);
    expect(ended).toEqual([null, signal]);
    expect(readdirSync(cache)).toEqual([]);
  });
});
