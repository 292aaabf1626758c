/** Loading the addon and libtensorflow: once per process, when they are first needed. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LibraryNotFoundError, TensorFlowError } from '../errors.js';
import { checkInteger, checkOneOf, checkOptions, checkString } from '../validate.js';
import type { Binding } from './binding.js';
import { clientsInRoom, defaultConcurrency } from './concurrency.js';
import { findLibrary, MEND } from './library.js';
import { packageRoot, platformKey } from './platform.js';

export interface ConfigureOptions {
  /**
   * Clients that run at once, at least 1. By default the processors that this process may use, and fewer where the results of one client (its
   * weights, above all) take more than 256 MiB: as many as fit into 256 MiB for each processor, at least one.
   */
  readonly concurrency?: number;
  /** libtensorflow's file or folder; only before it is first used. */
  readonly libraryPath?: string;
  /** Which of TensorFlow's own log lines are printed; `none` by default, or what `FEDKERAS_TF_LOG` says. Only before first use. */
  readonly tensorflowLog?: 'all' | 'warnings' | 'errors' | 'none';
  /**
   * Where ops run: `auto` (default) is a GPU where libtensorflow is a build with GPUs and finds one, else the processor; `cpu` hides GPUs;
   * `gpu` fails where there is none, instead of being slow unnoticed. Clients that run at once share a GPU. Only before first use.
   */
  readonly device?: Device;
}

const LOG_LEVELS = { all: 0, warnings: 1, errors: 2, none: 3 } as const;
const DEVICES = ['auto', 'cpu', 'gpu'] as const;
export type Device = (typeof DEVICES)[number];

let addon: Binding | undefined;
let opened = false;
let settings: ConfigureOptions = {};

/** The addon: the prebuilt one, else the one built here. @throws LibraryNotFoundError */
export function loadAddon(root: string = packageRoot(), platform: string = platformKey()): Binding {
  const candidates = [join(root, 'prebuilds', platform, 'fedkeras.node'), join(root, 'build', 'Release', 'fedkeras.node')];
  const searched: string[] = [];
  let cause: unknown;
  for (const path of candidates) {
    if (!existsSync(path)) {
      searched.push(`${path}: no such file`);
      continue;
    }
    try {
      return createRequire(join(root, 'package.json'))(path) as Binding;
    } catch (error) {
      cause = error;
      searched.push(`${path}: ${(error as Error).message}`);
    }
  }
  throw new LibraryNotFoundError(
    `fedkeras has no addon for ${platform} with Node ${process.version}. Build it in the package's folder with \`npm run build:native\` (needs a C++20 compiler).\nSearched:\n${searched.map((s) => `  - ${s}`).join('\n')}`,
    searched,
    { cause },
  );
}

/** TensorFlow 2.21 or a later 2.x: the C API only grows within a major version. */
export function isSupportedVersion(version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return major === 2 && minor >= 21;
}

/** The addon with libtensorflow loaded. @throws LibraryNotFoundError */
export function binding(): Binding {
  if (opened) return addon as Binding;
  addon ??= loadAddon();
  const path = findLibrary({ libraryPath: settings.libraryPath });
  const asked = settings.tensorflowLog ?? (process.env.FEDKERAS_TF_LOG as keyof typeof LOG_LEVELS | undefined) ?? 'none';
  let version: string;
  try {
    version = addon.loadLibrary(path, LOG_LEVELS[asked] ?? LOG_LEVELS.none);
  } catch (error) {
    throw new LibraryNotFoundError(
      `${path} is no libtensorflow that can be used: ${(error as Error).message}. ${MEND}`,
      [`${path}: ${(error as Error).message}`],
      { cause: error },
    );
  }
  if (!isSupportedVersion(version))
    throw new LibraryNotFoundError(`${path} is libtensorflow ${version}, and fedkeras needs 2.21 or a later 2.x. ${MEND}`, [
      `${path}: version ${version}`,
    ]);
  addon.registerOps();
  addon.setConcurrency(concurrency());
  opened = true;
  return addon;
}

let processors: number | undefined;

/** How many clients run at once whose results take so many bytes each. */
export function concurrency(bytes = 0): number {
  processors ??= defaultConcurrency();
  return settings.concurrency ?? clientsInRoom(processors, bytes);
}

/** Where ops run. */
export const device = (): Device => settings.device ?? 'auto';

/**
 * Settings of the whole process.
 *
 * @throws TypeError, ValueError for wrong options; TensorFlowError (`FAILED_PRECONDITION`) for another library once one is in use.
 */
export function configure(options: ConfigureOptions): void {
  checkOptions('options', options, ['concurrency', 'libraryPath', 'tensorflowLog', 'device']);
  if (options.concurrency !== undefined) checkInteger('concurrency', options.concurrency, { min: 1, max: 1024 });
  if (options.libraryPath !== undefined) checkString('libraryPath', options.libraryPath);
  if (options.tensorflowLog !== undefined)
    checkOneOf('tensorflowLog', options.tensorflowLog, Object.keys(LOG_LEVELS) as (keyof typeof LOG_LEVELS)[]);
  if (options.device !== undefined) checkOneOf('device', options.device, DEVICES);
  if (opened && [options.libraryPath, options.tensorflowLog, options.device].some((o) => o !== undefined)) {
    throw new TensorFlowError(
      'FAILED_PRECONDITION',
      'libtensorflow is already in use: `libraryPath`, `tensorflowLog` and `device` must be set before',
    );
  }
  settings = { ...settings, ...options };
  if (opened && options.concurrency !== undefined) (addon as Binding).setConcurrency(options.concurrency);
}
