/** Where this package and its caches are on this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Operating system and processor, as Node names them: `linux-x64`. */
export const platformKey = (): string => `${process.platform}-${process.arch}`;

/** The package's folder: the nearest one above this file whose package.json is ours, whether this runs from `src` or from `dist`. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'fedkeras') return folder;
    if (dirname(folder) === folder) throw new Error('the package folder of fedkeras was not found');
  }
}

/** The package's version. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { readonly version: string }).version;

/** Where libtensorflow is unpacked: `FEDKERAS_CACHE`, else `$XDG_CACHE_HOME/fedkeras`, else `~/.cache/fedkeras`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FEDKERAS_CACHE) return env.FEDKERAS_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fedkeras');
}
