/** Files that are replaced as a whole. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../make-folder.js';

/** Writes a file beside its place and renames it: what was there before is not lost when writing fails. Makes the folder where there is none. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  makeFolder(dirname(path));
  const fresh = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, bytes);
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}
