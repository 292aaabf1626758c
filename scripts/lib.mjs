// What the scripts share. Plain Node without packages: they are the first thing that runs in a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const path = (...parts) => join(root, ...parts);

/** Runs a command in the project, its output going to ours; ends the process where it fails, unless `allowFailure`. */
export function run(command, args, { env = {}, allowFailure = false, capture = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    maxBuffer: 1 << 28,
  });
  if (result.error !== undefined) {
    console.error(`${command} could not be started: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0 && !allowFailure) process.exit(result.status ?? 1);
  return result;
}

/** A tool of node_modules. */
export const tool = (name, args, options) => run(process.execPath, [bin(name), ...args], options);

const BINS = {
  biome: '@biomejs/biome/bin/biome',
  'clang-format': 'clang-format/index.js',
  'cmake-js': 'cmake-js/bin/cmake-js',
  'node-gyp': 'node-gyp/bin/node-gyp.js',
  publint: 'publint/src/cli.js',
  tsc: 'typescript/bin/tsc',
  tsup: 'tsup/dist/cli-default.js',
  vitest: 'vitest/vitest.mjs',
};
const bin = (name) => path('node_modules', BINS[name]);

/** All files below folders. */
export function files(...folders) {
  return folders.flatMap((folder) =>
    readdirSync(path(folder), { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath ?? e.path, e.name)),
  );
}

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Whether a result is missing or older than one of its sources. */
export const outdated = (result, sources) => !existsSync(result) || sources.some((source) => modified(source) > modified(result));

/** Says what is being done, so that nobody waits before a silent screen. */
export const say = (line) => console.log(`\n\x1b[1m▸ ${line}\x1b[0m`);

/** Sets up what is missing: packages, the build, libtensorflow, the addon. */
export function prepare() {
  if (outdated(path('node_modules/.package-lock.json'), [path('package-lock.json')])) {
    say('installing packages (npm install, as locked)');
    // Not `npm ci`: it refuses a lock file made where a registry does not serve the packages of other platforms.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (outdated(path('dist/index.d.ts'), [...files('src'), path('package.json'), path('tsup.config.ts')])) {
    say('building dist (tsup)');
    tool('tsup', ['--silent']);
  }
  if (
    run(process.execPath, ['dist/cli.js', 'include'], { allowFailure: true, capture: true, env: { NODE_NO_WARNINGS: '1' } }).status !== 0
  ) {
    say('getting libtensorflow (npx fedkeras setup)');
    run(process.execPath, ['dist/cli.js', 'setup']);
  }
  buildAddon();
}

/** The folder of libtensorflow's C headers. */
export const include = () =>
  process.env.TENSORFLOW_INCLUDE ?? run(process.execPath, ['dist/cli.js', 'include'], { capture: true }).stdout.trim();

const addon = path('build/Release/fedkeras.node');

/** Builds the addon where its sources are newer: with CMake, or with node-gyp where there is no CMake. */
export function buildAddon({ force = false } = {}) {
  if (!force && !outdated(addon, [...files('native/core', 'native/addon'), path('native/sources.txt'), path('CMakeLists.txt')])) return;
  const env = { TENSORFLOW_INCLUDE: include() };
  // The loader takes a prebuild first: one of older sources would hide what is built now.
  rmSync(path('prebuilds', `${process.platform}-${process.arch}`), { recursive: true, force: true });
  const hasCmake = spawnSync('cmake', ['--version']).status === 0;
  if (hasCmake && process.env.FEDKERAS_BUILD !== 'node-gyp') {
    say('building the addon (cmake-js)');
    tool('cmake-js', ['compile', '--log-level', 'error'], { env });
  } else {
    say('building the addon (node-gyp)');
    // Node's own headers, where they were installed with it: node-gyp downloads them otherwise.
    const installed = dirname(dirname(realpathSync(process.execPath)));
    const headers = existsSync(join(installed, 'include/node/common.gypi')) ? [`--nodedir=${installed}`] : [];
    tool('node-gyp', ['rebuild', '--directory', 'native', '--loglevel', 'error', ...headers], { env });
  }
}
