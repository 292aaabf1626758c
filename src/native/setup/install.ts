/** `fedkeras setup`: gets libtensorflow for this platform and puts it into the cache. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../make-folder.js';
import { cacheFolder, platformKey } from '../platform.js';
import { HEADER_FOLDERS, RELEASES, type Release, TENSORFLOW_VERSION } from './releases.js';

/** Setting up failed; nothing was left behind. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly code = 'ERR_SETUP';
}

/** What is in the cache once set up. */
export interface InstalledLibrary {
  readonly folder: string;
  /** The library that is loaded. */
  readonly library: string;
  /** The folder of the C API's headers. */
  readonly include: string;
}

export interface InstallOptions {
  /** Default: see `cacheFolder`. */
  readonly cache?: string;
  /** Told what happens, line by line. */
  readonly log?: (line: string) => void;
  /** Python 3 with pip; `python3` by default. */
  readonly python?: string;
  /** Default: this machine's. */
  readonly platform?: string;
  /** The known builds. */
  readonly releases?: Readonly<Record<string, Release>>;
}

const MARKER = 'complete.json';
const WORK = '.setup-';

// `existsSync` also answers where a part of the path is a file, or may not be read.
const fileSize = (path: string): number | undefined => (existsSync(path) ? statSync(path).size : undefined);

/** The installed library of a platform, or `undefined` where it is missing or damaged (a file of another size than pinned). */
export function installedLibrary(
  cache: string = cacheFolder(),
  platform: string = platformKey(),
  releases = RELEASES,
): InstalledLibrary | undefined {
  const release = releases[platform];
  if (release === undefined) return undefined;
  const folder = join(cache, `libtensorflow-${TENSORFLOW_VERSION}-${platform}`);
  const whole = release.libraries.every(({ name, size }) => fileSize(join(folder, name)) === size);
  if (!whole || !existsSync(join(folder, MARKER))) return undefined;
  return { folder, library: join(folder, (release.libraries[0] as { name: string }).name), include: join(folder, 'include') };
}

/**
 * Downloads, checks and unpacks libtensorflow; a second call finds it there and returns at once.
 *
 * Everything is made in a folder of its own and renamed at the end: a broken or interrupted download leaves nothing behind, and of two
 * processes that run at once the first one's result is kept.
 *
 * @throws SetupError for an unsupported platform, no Python with pip, no space, a read-only cache, or a download that is not what was pinned.
 */
export async function install(options: InstallOptions = {}): Promise<InstalledLibrary> {
  const { cache = cacheFolder(), log = () => undefined, python = 'python3', platform = platformKey(), releases = RELEASES } = options;
  const release = releases[platform];
  if (release === undefined) {
    throw new SetupError(
      `libtensorflow ${TENSORFLOW_VERSION} is not available for ${platform}; available: ${Object.keys(releases).join(', ')}. Build TensorFlow's C API yourself and set FEDKERAS_LIBTENSORFLOW to it.`,
    );
  }
  const known = installedLibrary(cache, platform, releases);
  if (known !== undefined) {
    log(`libtensorflow ${TENSORFLOW_VERSION} is in ${known.folder}`);
    return known;
  }
  const work = makeWorkFolder(cache, release);
  const cleanUp = (): void => rmSync(work, { recursive: true, force: true });
  const stop = new AbortController();
  const interrupted = (signal: NodeJS.Signals): void => {
    // pip would go on and write into the folder again.
    stop.abort();
    cleanUp();
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    log(`downloading ${release.project} ${TENSORFLOW_VERSION} (${Math.round(release.size / 1e6)} MB) with pip`);
    await run(python, stop.signal, [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      '311',
      '--implementation',
      'cp',
      '--abi',
      'cp311',
      '--platform',
      release.tag,
      '--dest',
      work,
      `${release.project}==${TENSORFLOW_VERSION}`,
    ]);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new SetupError('pip downloaded no wheel');
    log('checking it');
    await checkWheel(join(work, wheel), release);
    log('unpacking libtensorflow and the C headers');
    const unpacked = join(work, 'unpacked');
    await run(python, stop.signal, [
      '-c',
      UNPACK,
      join(work, wheel),
      unpacked,
      JSON.stringify(release.libraries.map((l) => l.name)),
      JSON.stringify(HEADER_FOLDERS),
    ]);
    checkSizes(unpacked, release);
    await checkVersion(python, stop.signal, unpacked, release, platform);
    const { library, size } = { library: (release.libraries[0] as { name: string }).name, size: release.size };
    writeFileSync(join(unpacked, MARKER), JSON.stringify({ version: TENSORFLOW_VERSION, platform, library, wheel: size }));
    publish(
      unpacked,
      join(cache, `libtensorflow-${TENSORFLOW_VERSION}-${platform}`),
      () => installedLibrary(cache, platform, releases) !== undefined,
    );
  } catch (error) {
    throw explain(error, cache);
  } finally {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    cleanUp();
  }
  const installed = installedLibrary(cache, platform, releases) as InstalledLibrary;
  log(`libtensorflow ${TENSORFLOW_VERSION} is in ${installed.folder}`);
  return installed;
}

/** Python reads zip files of any size as a stream; names that lead out of the folder are refused. */
const UNPACK = `
import json, os, shutil, sys, zipfile
wheel, out, libraries, headers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
prefix = 'tensorflow/include/'
with zipfile.ZipFile(wheel) as z:
  for info in z.infolist():
    name = info.filename
    if name.endswith('/') or '..' in name.split('/'): continue
    if name.startswith('tensorflow/') and name[11:] in libraries: target = name[11:]
    elif name.startswith(prefix) and name.endswith('.h') and any(name[len(prefix):].startswith(h) for h in headers): target = 'include/' + name[len(prefix):]
    else: continue
    path = os.path.join(out, target)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with z.open(info) as source, open(path, 'wb') as sink: shutil.copyfileobj(source, sink, 1 << 20)
`;

const VERSION = `
import ctypes, sys
for name in reversed(sys.argv[1:]): library = ctypes.CDLL(name)
library.TF_Version.restype = ctypes.c_char_p
print(library.TF_Version().decode())
`;

function makeWorkFolder(cache: string, release: Release): string {
  const needed = release.size + release.libraries.reduce((sum, l) => sum + l.size, 0) + 20e6;
  try {
    makeFolder(cache);
    removeAbandoned(cache);
    const { bavail, bsize } = statfsSync(cache);
    if (bavail * bsize < needed)
      throw new SetupError(
        `the cache ${cache} needs ${Math.ceil(needed / 1e6)} MB while setting up, and ${Math.floor((bavail * bsize) / 1e6)} MB are free. Free some, or set FEDKERAS_CACHE to another folder.`,
      );
    return mkdtempSync(join(cache, WORK));
  } catch (error) {
    throw explain(error, cache);
  }
}

// A process that was killed could not clean up. No setting up takes a day.
function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache).filter((n) => n.startsWith(WORK))) {
    const folder = join(cache, name);
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > 24 * 3600_000) rmSync(folder, { recursive: true, force: true });
  }
}

async function checkWheel(path: string, release: Release): Promise<void> {
  const { size } = statSync(path);
  if (size !== release.size) throw new SetupError(`the downloaded wheel must have ${release.size} bytes, received ${size}`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const digest = hash.digest('hex');
  if (digest !== release.sha256) throw new SetupError(`the downloaded wheel must have the SHA-256 ${release.sha256}, received ${digest}`);
}

function checkSizes(folder: string, release: Release): void {
  for (const { name, size } of release.libraries) {
    const received = fileSize(join(folder, name));
    if (received !== size) throw new SetupError(`the wheel's ${name} must have ${size} bytes, received ${received ?? 'no such file'}`);
  }
}

async function checkVersion(python: string, stop: AbortSignal, folder: string, release: Release, platform: string): Promise<void> {
  // Another machine's library cannot be asked.
  if (platform !== platformKey()) return;
  const version = (await run(python, stop, ['-c', VERSION, ...release.libraries.map((l) => join(folder, l.name))])).trim();
  if (version !== TENSORFLOW_VERSION)
    throw new SetupError(`the downloaded library must be version ${TENSORFLOW_VERSION}, received ${version}`);
}

function publish(from: string, to: string, isComplete: () => boolean): void {
  try {
    renameSync(from, to);
  } catch {
    // Another process was first; or what lies there is damaged.
    if (isComplete()) return;
    rmSync(to, { recursive: true, force: true });
    renameSync(from, to);
  }
}

async function run(command: string, stop: AbortSignal, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // TensorFlow's own log lines are not wanted when its version is asked.
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, signal: stop });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    child.on('error', (error) =>
      reject(new SetupError(`\`${command}\` could not be started: setting up needs Python 3 with pip (${error.message})`)),
    );
    child.on('close', (status) => {
      if (status === 0) resolve(out);
      else
        reject(new SetupError(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed with status ${status}:\n${err.trim().slice(-2000)}`));
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left',
  EROFS: 'it is read-only',
  EACCES: 'it may not be written',
  EEXIST: 'there is a file of that name',
  ENOENT: 'it cannot be made',
  ENOTDIR: 'a part of its path is a file',
  EPERM: 'it may not be written',
  EDQUOT: 'the quota is used up',
};

function explain(error: unknown, cache: string): Error {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) return error as Error;
  return new SetupError(`the cache ${cache} cannot be used: ${reason}. Set FEDKERAS_CACHE to another folder.`, { cause: error });
}
