/** Clients in an SQLite database of TFF (`tff.simulation.datasets.SqlClientData`), such as those of EMNIST, Shakespeare or Stack Overflow. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Database } from 'node-sqlite3-wasm';
import { FileFormatError, LibraryNotFoundError, TensorFlowError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import { checkFunction, checkOptions, checkString, describe, mustHold } from '../validate.js';
import { type ClientData, clientData } from './client-data.js';
import type { ClientDataset } from './client-dataset.js';
import { checkFeatures, type ExampleFeatures, exampleParser } from './tf-example.js';

export interface SqliteClientDataOptions {
  /** The database's file. */
  readonly path: string;
  /** The part of the database, such as `'train'`; all of it by default. */
  readonly splitName?: string;
  /** What is read of each example: `{ pixels: tensorSpec([28, 28]), label: tensorSpec([], 'int32') }`. A first size of `null` is a list of any length. */
  readonly features: ExampleFeatures;
  /** Makes a client of its features, each a tensor with a first axis of examples: `({ pixels, label }) => data.clientDataset({ x: pixels, y: label })`. */
  readonly dataset: (features: Record<string, Tensor>, id: string) => ClientDataset | Promise<ClientDataset>;
}

const TABLES = {
  examples: ['split_name', 'client_id', 'serialized_example_proto'],
  client_metadata: ['client_id', 'split_name'],
} as const;

/**
 * Clients by name, sorted, each read when its turn comes. The file is open while it is read only, and nothing is written to it.
 *
 * Examples come in the order in which they were written. Lists of any length are filled up to the client's longest with 0 or empty strings.
 *
 * Needs the package `node-sqlite3-wasm`, which locks a file that it reads with a folder beside it, `<path>.lock`: the file's folder must be
 * writable, and a process that was killed while it read leaves that folder to be removed.
 *
 * @throws TypeError, ValueError for options of the wrong kind or a split without clients; FileFormatError where the file is no such database or
 *   a client's examples do not have the features; LibraryNotFoundError (`ERR_LIBRARY_NOT_FOUND`) without the package.
 */
export async function sqliteClientData(options: SqliteClientDataOptions): Promise<ClientData<ClientDataset>> {
  checkOptions('options of sqliteClientData', options, ['path', 'splitName', 'features', 'dataset']);
  const { splitName, features, dataset } = options;
  const path = checkString('path', options.path);
  if (splitName !== undefined) checkString('splitName', splitName);
  checkFeatures(features);
  checkFunction('dataset', dataset);
  const open = await opener(path);
  const [where, split] = splitName === undefined ? ['', []] : [' AND split_name = ?', [splitName]];
  const ids = open((database) => {
    checkTables(path, database);
    return database.all(`SELECT DISTINCT client_id FROM client_metadata WHERE 1${where} ORDER BY client_id`, split).map((row) => {
      if (typeof row.client_id !== 'string') throw new FileFormatError(path, `a client_id is ${describe(row.client_id)}, not a text`);
      return row.client_id;
    });
  });
  if (ids.length === 0 && splitName !== undefined) throw mustHold('splitName', `a split of ${path} that has clients`, splitName);
  const parse = exampleParser(features);
  const query = `SELECT serialized_example_proto FROM examples WHERE client_id = ?${where} ORDER BY rowid`;
  return clientData({
    ids,
    dataset: async (id) => {
      const examples = open((database) => database.all(query, [id, ...split]).map((row) => row.serialized_example_proto));
      if (examples.length === 0 || !examples.every((bytes) => bytes instanceof Uint8Array))
        throw new FileFormatError(
          path,
          `the client ${describe(id)} has ${examples.length === 0 ? 'no examples' : 'an example that is no blob'}`,
        );
      const tensors = await parse(examples).catch((error: unknown) => {
        if (!(error instanceof TensorFlowError)) throw error;
        throw new FileFormatError(path, `an example of the client ${describe(id)}: ${error.message}`, { cause: error });
      });
      return dataset(tensors, id);
    },
  });
}

/** What opens the file for as long as it is read: an open database is not garbage collected. */
async function opener(path: string): Promise<<T>(read: (database: Database) => T) => T> {
  // CommonJS: what it exports is its default.
  const module = await import('node-sqlite3-wasm').catch((error: unknown) => {
    throw new LibraryNotFoundError('`sqliteClientData` needs the package node-sqlite3-wasm: npm install node-sqlite3-wasm', [], {
      cause: error,
    });
  });
  const { Database, SQLite3Error } = (module as unknown as { default: typeof module }).default;
  // SQLite's own message does not say why it cannot open a file.
  await access(path, constants.R_OK);
  return (read) => {
    let database: Database | undefined;
    try {
      database = new Database(path, { readOnly: true });
      // Another process may hold the lock while it reads.
      database.exec('PRAGMA busy_timeout = 10000');
      return read(database);
    } catch (error) {
      throw error instanceof SQLite3Error ? new FileFormatError(path, error.message, { cause: error }) : error;
    } finally {
      database?.close();
    }
  };
}

function checkTables(path: string, database: Database): void {
  for (const [table, columns] of Object.entries(TABLES)) {
    const own = database.all(`PRAGMA table_info(${table})`).map((row) => row.name);
    if (own.length === 0) throw new FileFormatError(path, `it has no table ${table}`);
    for (const column of columns) if (!own.includes(column)) throw new FileFormatError(path, `its table ${table} has no column ${column}`);
  }
}
