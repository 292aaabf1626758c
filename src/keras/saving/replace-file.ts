/** Files that are replaced as a whole. */
import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file beside its place and renames it: what was there before is not lost when writing fails. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(fresh, bytes);
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}
