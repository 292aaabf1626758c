import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it; does nothing where it is there.
 *
 * Node's own `recursive` never ends where the system makes nothing in a folder that exists: below `/proc`, or in a working directory that has
 * been removed.
 *
 * @throws the system's error, as `ENOENT`, `EACCES`, `ENOTDIR` or `ENOSPC`
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (isFolder(path)) return;
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path || isFolder(above)) throw error;
    makeFolder(above);
    makeFolder(path);
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
