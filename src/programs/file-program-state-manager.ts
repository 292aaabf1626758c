/** Program states in files: what a program needs to go on after a crash (`FileProgramStateManager` of TFF). */
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileFormatError, ValueError } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import { checkBoolean, checkInteger, checkOptions, checkString, mustBe } from '../validate.js';
import { decodeState, encodeState, type SavedValue } from './state-file.js';

export interface FileProgramStateManagerOptions {
  /** The folder; it is made. */
  readonly rootDir: string;
  /** What the files' names begin with; `program_state_` by default. */
  readonly prefix?: string;
  /** How many states are kept; 5 by default, 0 keeps all that `keepEveryK` does not remove. */
  readonly keepTotal?: number;
  /** Whether the first one is kept whatever comes; `true` by default. */
  readonly keepFirst?: boolean;
  /** Of older states only every k-th is kept; 1 by default. */
  readonly keepEveryK?: number;
}

/** Saves states under version numbers, each in a file that is there whole or not at all. */
export class FileProgramStateManager {
  readonly #rootDir: string;
  readonly #prefix: string;
  readonly #keepTotal: number;
  readonly #keepFirst: boolean;
  readonly #keepEveryK: number;

  /** @internal */
  constructor(options: FileProgramStateManagerOptions) {
    checkOptions('options', options, ['rootDir', 'prefix', 'keepTotal', 'keepFirst', 'keepEveryK']);
    this.#rootDir = checkString('rootDir', options.rootDir);
    if (this.#rootDir === '') throw new ValueError('`rootDir` must not be empty');
    this.#prefix = checkString('prefix', options.prefix ?? 'program_state_');
    if (/[/\\]/.test(this.#prefix)) throw mustBe('prefix', 'the beginning of a file name', options.prefix);
    this.#keepTotal = checkInteger('keepTotal', options.keepTotal ?? 5, { min: 0 });
    this.#keepFirst = checkBoolean('keepFirst', options.keepFirst ?? true);
    this.#keepEveryK = checkInteger('keepEveryK', options.keepEveryK ?? 1, { min: 1 });
  }

  /** The saved versions, oldest first. */
  async getVersions(): Promise<number[]> {
    const names = await readdir(this.#rootDir).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const versions = names
      .filter((n) => n.startsWith(this.#prefix))
      .map((n) => n.slice(this.#prefix.length))
      .filter((v) => /^\d+$/.test(v));
    return versions.map(Number).sort((a, b) => a - b);
  }

  /** @throws ValueError for a version that is not there, FileFormatError for a damaged file */
  async load(version: number): Promise<SavedValue> {
    const path = this.#path(checkInteger('version', version, { min: 0 }));
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new ValueError(`there is no program state of version ${version} in ${this.#rootDir}`, { cause: error });
      throw error;
    });
    return decodeState(bytes, path);
  }

  /** The newest state that is sound, or `undefined` where there is none: a damaged file does not stop a program from going on. */
  async loadLatest(): Promise<{ readonly state: SavedValue; readonly version: number } | undefined> {
    for (const version of (await this.getVersions()).reverse()) {
      try {
        return { state: await this.load(version), version };
      } catch (error) {
        if (!(error instanceof FileFormatError)) throw error;
        process.emitWarning(`${error.message}; going on with the state before it`, 'FedkerasWarning');
      }
    }
    return undefined;
  }

  /** A damaged file of this version is replaced. @throws ValueError for a version that is there already, TypeError for a state that cannot be saved */
  async save(state: unknown, version: number): Promise<void> {
    checkInteger('version', version, { min: 0 });
    const path = this.#path(version);
    const bytes = encodeState(state);
    if (await this.#isSound(version)) throw new ValueError(`there is a program state of version ${version} in ${this.#rootDir} already`);
    makeFolder(this.#rootDir);
    const fresh = join(this.#rootDir, `.${this.#prefix}${version}.${process.pid}.tmp`);
    try {
      const file = await open(fresh, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(fresh, path);
    } finally {
      await rm(fresh, { force: true });
    }
    await this.#removeOld();
  }

  async removeAll(): Promise<void> {
    for (const version of await this.getVersions()) await rm(this.#path(version), { force: true });
  }

  #path(version: number): string {
    return join(this.#rootDir, `${this.#prefix}${version}`);
  }

  async #isSound(version: number): Promise<boolean> {
    if (!(await this.getVersions()).includes(version)) return false;
    return this.load(version).then(
      () => true,
      (error: unknown) => {
        if (error instanceof FileFormatError) return false;
        throw error;
      },
    );
  }

  async #removeOld(): Promise<void> {
    const versions = await this.getVersions();
    const last = versions.at(-1);
    const kept = new Set(versions.filter((v) => v % this.#keepEveryK === 0 || v === last));
    if (this.#keepFirst && versions[0] !== undefined) kept.add(versions[0]);
    const list = versions.filter((v) => kept.has(v));
    if (this.#keepTotal > 0 && list.length > this.#keepTotal) {
      // The first one counts among those that are kept.
      const removable = this.#keepFirst ? list.slice(1) : list;
      for (const v of removable.slice(0, list.length - this.#keepTotal)) kept.delete(v);
    }
    for (const v of versions) if (!kept.has(v)) await rm(this.#path(v), { force: true });
  }
}

/** Program states in a folder. */
export const fileProgramStateManager = (options: FileProgramStateManagerOptions): FileProgramStateManager =>
  new FileProgramStateManager(options);
