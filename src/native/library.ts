/** Finding libtensorflow. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LibraryNotFoundError } from '../errors.js';
import { cacheFolder, packageRoot, platformKey } from './platform.js';
import { installedLibrary } from './setup/install.js';

/** A place to look in: what it is called in messages, and the library's path or why there is none. */
interface Place {
  readonly name: string;
  readonly find: () => { readonly path: string } | { readonly missing: string };
}

// The wheel's library, the official C archive's, and macOS' names of both.
const NAMES = [
  'libtensorflow_cc.so.2',
  'libtensorflow.so.2',
  'libtensorflow.so',
  'libtensorflow_cc.2.dylib',
  'libtensorflow.2.dylib',
  'libtensorflow.dylib',
];

function inFolder(folder: string): { path: string } | { missing: string } {
  const name = NAMES.find((n) => existsSync(join(folder, n)));
  return name === undefined ? { missing: existsSync(folder) ? 'no libtensorflow in it' : 'no such folder' } : { path: join(folder, name) };
}

/** A file, or a folder that holds the library. */
function fileOrFolder(path: string): { path: string } | { missing: string } {
  if (!existsSync(path)) return { missing: 'no such file' };
  return statSync(path).isDirectory() ? inFolder(path) : { path };
}

function platformPackage(root: string): { path: string } | { missing: string } {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`@fedkeras/libtensorflow-${platformKey()}/package.json`);
    return inFolder(dirname(manifest));
  } catch {
    return { missing: 'not installed' };
  }
}

/** Asks Python where its TensorFlow is, without importing it. */
function pythonTensorFlow(env: NodeJS.ProcessEnv): { path: string } | { missing: string } {
  const code = 'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")';
  const { status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8', timeout: 20_000, env });
  if (status !== 0) return { missing: 'no Python' };
  return stdout.trim() === '' ? { missing: 'no TensorFlow in it' } : inFolder(stdout.trim());
}

function systemFolders(env: NodeJS.ProcessEnv): { path: string } | { missing: string } {
  const listed = (env.LD_LIBRARY_PATH ?? env.DYLD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  const debian = existsSync('/usr/lib')
    ? readdirSync('/usr/lib')
        .filter((n) => n.endsWith('-linux-gnu'))
        .map((n) => join('/usr/lib', n))
    : [];
  const folders = [...listed, '/usr/local/lib', '/usr/lib', '/usr/lib64', '/lib', ...debian, '/opt/homebrew/lib'];
  for (const folder of folders) {
    const found = inFolder(folder);
    if ('path' in found) return found;
  }
  return { missing: `not in ${folders.join(', ')}` };
}

/** Where to look for libtensorflow. */
export interface FindOptions {
  /** A file, or a folder that holds it; nothing else is tried then. */
  readonly libraryPath?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** The folder from which the platform package is looked for; this package's own by default. */
  readonly root?: string;
}

function places({ libraryPath, env = process.env, root = packageRoot() }: FindOptions): Place[] {
  if (libraryPath !== undefined) return [{ name: `the option libraryPath (${libraryPath})`, find: () => fileOrFolder(libraryPath) }];
  const variable = env.FEDKERAS_LIBTENSORFLOW;
  // A path that was asked for is not replaced by another one behind the user's back.
  if (variable) return [{ name: `FEDKERAS_LIBTENSORFLOW (${variable})`, find: () => fileOrFolder(variable) }];
  const cache = cacheFolder(env);
  return [
    { name: `the package @fedkeras/libtensorflow-${platformKey()}`, find: () => platformPackage(root) },
    {
      name: `the cache ${cache}`,
      find: () => {
        const installed = installedLibrary(cache);
        return installed === undefined ? { missing: 'not set up' } : { path: installed.library };
      },
    },
    { name: "Python's tensorflow", find: () => pythonTensorFlow(env) },
    { name: "the system's library folders", find: () => systemFolders(env) },
  ];
}

/** The one command that mends it. */
export const MEND = 'Run `npx fedkeras setup` to get it.';

/**
 * The path of libtensorflow: an explicit option or `FEDKERAS_LIBTENSORFLOW`, else a platform package, the cache, Python's TensorFlow, the
 * system's folders.
 *
 * @throws LibraryNotFoundError naming every place and the command that mends it.
 */
export function findLibrary(options: FindOptions = {}): string {
  const searched: string[] = [];
  for (const place of places(options)) {
    const found = place.find();
    if ('path' in found) return found.path;
    searched.push(`${place.name}: ${found.missing}`);
  }
  throw new LibraryNotFoundError(
    `libtensorflow was not found. ${MEND}\nSearched:\n${searched.map((s) => `  - ${s}`).join('\n')}`,
    searched,
  );
}
