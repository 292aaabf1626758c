/** Clients of a database that TFF's own format has (fixtures/make.py), against what TFF reads from it. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { afterAll, expect, it, vi } from 'vitest';
import type { ExampleFeatures } from '../../src/data/tf-example.js';
import { data, FileFormatError, LibraryNotFoundError, type Tensor, tensorSpec, ValueError } from '../../src/index.js';

interface Example {
  readonly pixels: number[][];
  readonly label: string;
  readonly name: string;
  readonly tokens: string[];
}
const file = (name: string) => join(import.meta.dirname, 'fixtures', name);
const path = file('examples.sqlite');
const read = JSON.parse(readFileSync(file('examples.json'), 'utf8')) as Record<string, { id: string; examples: Example[] }[]>;
const folder = mkdtempSync(join(tmpdir(), 'fedkeras-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

const features = {
  pixels: tensorSpec([2, 3]),
  label: tensorSpec([], 'int64'),
  name: tensorSpec([], 'string'),
  tokens: tensorSpec([null], 'int64'),
};
const asIs = (all: Record<string, Tensor>, id: string) => data.clientDataset({ x: all, y: all.label as Tensor }, { id, batchSize: 2 });
const open = (options: object = {}) => data.sqliteClientData({ path, features, dataset: asIs, ...options });
const only = (own: ExampleFeatures) =>
  open({ features: own, dataset: (all: Record<string, Tensor>) => data.clientDataset({ x: all, y: all }) });

/** A copy of the database, changed. */
function changed(...statements: string[]): string {
  const copy = join(folder, `${Math.random()}.sqlite`);
  copyFileSync(path, copy);
  const database = new sqlite.Database(copy);
  for (const statement of statements) database.exec(statement);
  database.close();
  return copy;
}

it.each([['all'], ['train'], ['test']])('reads the clients and examples of %s as TFF', async (split) => {
  const expected = read[split] as (typeof read)[string];
  const clients = await open(split === 'all' ? {} : { splitName: split });
  expect(clients.ids).toEqual(expected.map((client) => client.id));
  for (const { id, examples } of expected) {
    const client = await clients.load(id);
    const { pixels, label, name, tokens } = client.x as unknown as Record<keyof typeof features, Tensor>;
    expect([client.id, client.size, client.batchSize]).toEqual([id, examples.length, 2]);
    expect(pixels).toMatchObject({ dtype: 'float32', shape: [examples.length, 2, 3] });
    expect([...(pixels.data as Float32Array)]).toEqual(examples.map((e) => e.pixels).flat(2));
    expect([...(label.data as BigInt64Array)].map(String)).toEqual(examples.map((e) => e.label));
    expect(name.data).toEqual(examples.map((e) => e.name));
    // TFF batches lists so with padded_batch.
    const longest = Math.max(...examples.map((e) => e.tokens.length));
    expect(tokens.shape).toEqual([examples.length, longest]);
    const padded = examples.flatMap((e) => [...e.tokens, ...new Array(longest - e.tokens.length).fill('0')]);
    expect([...(tokens.data as BigInt64Array)].map(String)).toEqual(padded);
  }
});

it('casts to the type of the spec, and reads only what is asked for', async () => {
  const { x } = await (await only({ tokens: tensorSpec([null], 'int32'), pixels: tensorSpec([6], 'float64') })).load('f2');
  const { tokens, pixels, ...others } = x as Record<string, Tensor>;
  expect(others).toEqual({});
  expect(tokens?.dtype).toBe('int32');
  expect(pixels).toMatchObject({ dtype: 'float64', shape: [5, 6] });
});

it('fills up lists of rows, and takes a list that is missing for an empty one', async () => {
  const { x } = await (await only({ pixels: tensorSpec([null, 2]), none: tensorSpec([null], 'string') })).load('é');
  const { pixels, none } = x as Record<string, Tensor>;
  expect(pixels?.shape).toEqual([1, 3, 2]);
  expect(none?.shape).toEqual([1, 0]);
});

it('takes names as they are, whatever they have in them', async () => {
  const own = changed(
    "UPDATE examples SET client_id = 'a''; --' WHERE client_id = 't'",
    "UPDATE client_metadata SET client_id = 'a''; --' WHERE client_id = 't'",
  );
  const clients = await open({ path: own });
  expect((await clients.load("a'; --")).size).toBe(1);
});

it('writes nothing', async () => {
  const before = [readFileSync(path), statSync(path).mtimeMs];
  await (await open()).load('f2');
  expect([readFileSync(path), statSync(path).mtimeMs]).toEqual(before);
  for (const left of ['lock', 'wal', 'shm', 'journal'].flatMap((end) => [`${path}.${end}`, `${path}-${end}`]))
    expect(existsSync(left)).toBe(false);
});

it('refuses a file that is no such database', async () => {
  const text = join(folder, 'text.sqlite');
  writeFileSync(text, 'a text that is long enough to have a head '.repeat(50));
  await expect(open({ path: text })).rejects.toThrow(new FileFormatError(text, 'file is not a database'));
  const cut = join(folder, 'cut.sqlite');
  writeFileSync(cut, readFileSync(path).subarray(0, 1000));
  await expect(open({ path: cut })).rejects.toThrow(FileFormatError);
  const wrong = async (statement: string, message: string) => {
    const own = changed(statement);
    await expect(open({ path: own })).rejects.toThrow(new FileFormatError(own, message));
  };
  await wrong('DROP TABLE examples', 'it has no table examples');
  await wrong('DROP TABLE client_metadata', 'it has no table client_metadata');
  await wrong('ALTER TABLE examples RENAME serialized_example_proto TO proto', 'its table examples has no column serialized_example_proto');
  await wrong('ALTER TABLE client_metadata RENAME client_id TO client', 'its table client_metadata has no column client_id');
  await wrong("UPDATE client_metadata SET client_id = x'00' WHERE client_id = 't'", 'a client_id is a Uint8Array, not a text');
  await expect(open({ path: join(folder, 'none.sqlite') })).rejects.toThrow('ENOENT');
  expect(existsSync(join(folder, 'none.sqlite'))).toBe(false);
});

it('refuses a client whose examples are not as described; the others are good', async () => {
  const own = changed(
    "DELETE FROM examples WHERE client_id = 'é'",
    "UPDATE examples SET serialized_example_proto = x'ff' WHERE client_id = 'F1'",
    "UPDATE examples SET serialized_example_proto = 5 WHERE client_id = 't'",
  );
  const clients = await open({ path: own });
  await expect(clients.load('é')).rejects.toThrow(new FileFormatError(own, 'the client "é" has no examples'));
  await expect(clients.load('t')).rejects.toThrow(new FileFormatError(own, 'the client "t" has an example that is no blob'));
  await expect(clients.load('F1')).rejects.toThrow(/an example of the client "F1": .*[Pp]arse/);
  expect((await clients.load('f10')).size).toBe(2);
  await expect((await only({ none: tensorSpec([]) })).load('f2')).rejects.toThrow(/"f2": .*none/);
  await expect((await only({ pixels: tensorSpec([5]) })).load('f2')).rejects.toThrow(/"f2": .*pixels/);
  await expect((await only({ label: tensorSpec([]) })).load('f2')).rejects.toThrow(/"f2": .*label/);
});

it('refuses other options', async () => {
  await expect(open({ splitName: 'holdout' })).rejects.toThrow(
    new ValueError(`\`splitName\` must be a split of ${path} that has clients, received "holdout"`),
  );
  await expect(open({ path: 5 })).rejects.toThrow('`path` must be a string, received 5');
  await expect(open({ splitName: 5 })).rejects.toThrow('`splitName` must be a string, received 5');
  await expect(open({ dataset: undefined })).rejects.toThrow('`dataset` must be a function, received undefined');
  await expect(open({ features: {} })).rejects.toThrow('`features` must be at least one tensor spec');
  await expect(open({ features: [] })).rejects.toThrow('`features` must be an object of tensor specs, received []');
  await expect(open({ features: { x: [2] } })).rejects.toThrow('`features.x` must be a tensor spec, received [2]');
  await expect(open({ features: { x: tensorSpec([], 'bool') } })).rejects.toThrow(
    '`features.x` must be of strings, whole or floating numbers',
  );
  await expect(open({ features: { x: tensorSpec([2, null]) } })).rejects.toThrow('`features.x` must be of known sizes after the first');
  await expect(open({ split: 'train' })).rejects.toThrow('has no option `split`');
});

it('says what to install where the package is not there', async () => {
  vi.doMock('node-sqlite3-wasm', () => {
    throw new Error('not there');
  });
  await expect(open()).rejects.toThrow(LibraryNotFoundError);
  await expect(open()).rejects.toThrow('npm install node-sqlite3-wasm');
  vi.doUnmock('node-sqlite3-wasm');
});
