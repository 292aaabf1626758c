/** Metrics in a CSV file, a row per round (`CSVFileReleaseManager` of TFF). */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { FileFormatError } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import { Tensor } from '../tensor.js';
import { mapTree, type Tree } from '../tree.js';
import { checkInteger, checkOptions, checkString } from '../validate.js';

export interface CsvReleaseManagerOptions {
  readonly filePath: string;
  /** The column of the key; `round` by default. */
  readonly keyField?: string;
}

type Row = Readonly<Record<string, string>>;

/** Keeps rows sorted by their key. A column is added when a name comes for the first time. */
export class CsvReleaseManager {
  readonly #filePath: string;
  readonly #keyField: string;

  /** @internal */
  constructor(options: CsvReleaseManagerOptions) {
    checkOptions('options', options, ['filePath', 'keyField']);
    this.#filePath = checkString('filePath', options.filePath);
    this.#keyField = checkString('keyField', options.keyField ?? 'round');
  }

  /**
   * Writes a row; rows of this key and later ones are removed, so that a program that starts again does not leave what it repeats.
   *
   * @param values A tree of numbers, texts and tensors: columns are named by their path, `train/loss`.
   */
  async release(values: Tree<unknown>, key: number): Promise<void> {
    checkInteger('key', key);
    const row: Record<string, string> = { [this.#keyField]: String(key) };
    mapTree(values, (value, path) => {
      row[path.replaceAll('.', '/')] =
        value instanceof Tensor ? JSON.stringify(Array.from(value.data as Float32Array, Number)) : String(value);
    });
    const rows = [...(await this.rows()).filter((r) => Number(r[this.#keyField]) < key), row];
    const columns = [...new Set(rows.flatMap(Object.keys))];
    makeFolder(dirname(this.#filePath));
    const fresh = `${this.#filePath}.${process.pid}.tmp`;
    try {
      await writeFile(fresh, stringify(rows, { header: true, columns }));
      await rename(fresh, this.#filePath);
    } finally {
      await rm(fresh, { force: true });
    }
  }

  /** The rows that are there; none where there is no file. @throws FileFormatError for a file without the key's column */
  async rows(): Promise<Row[]> {
    const text = await readFile(this.#filePath, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (text === '') return [];
    let rows: Row[];
    try {
      rows = parse(text, { columns: true, skip_empty_lines: true }) as Row[];
    } catch (error) {
      throw new FileFormatError(this.#filePath, (error as Error).message, { cause: error });
    }
    if (rows.some((r) => r[this.#keyField] === undefined)) throw new FileFormatError(this.#filePath, `it has no column ${this.#keyField}`);
    return rows;
  }
}

/** Metrics in a CSV file. */
export const csvReleaseManager = (options: CsvReleaseManagerOptions): CsvReleaseManager => new CsvReleaseManager(options);
