/** Files of every format with damage anywhere: each is an error that names the file, or a model, and never anything else. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFormatError } from '../../../src/errors.js';
import { keras } from '../../../src/index.js';
import { Random } from '../../../src/random.js';
import { fixture } from './fixtures.js';

// More of them by hand: FUZZ=50 npx vitest run test/keras/saving/damage.test.ts
const TIMES = Number(process.env.FUZZ ?? 1);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-damage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How many of the files were refused. */
async function refused(
  name: string,
  files: Iterable<Uint8Array>,
  load = keras.loadModel as (path: string) => Promise<unknown>,
): Promise<number> {
  const path = join(folder, name);
  let count = 0;
  for (const bytes of files) {
    writeFileSync(path, bytes);
    const error: unknown = await load(path).then(
      () => undefined,
      (e: unknown) => e,
    );
    if (error === undefined) continue;
    expect(error).toBeInstanceOf(FileFormatError);
    const { message, cause } = error as FileFormatError;
    expect(message.startsWith(`${path}: `)).toBe(true);
    // What a check said, and no accident of the code.
    if (cause !== undefined && !(cause instanceof SyntaxError)) expect(cause, message).toHaveProperty('code');
    count += 1;
  }
  return count;
}

/** Copies with one to four bytes changed. */
function* flipped(bytes: Uint8Array, times: number, seed: number): Generator<Uint8Array> {
  const random = new Random(seed);
  for (let i = 0; i < times * TIMES; i++) {
    const damaged = bytes.slice();
    for (let k = random.integer(4); k >= 0; k--) damaged[random.integer(damaged.length)] = random.integer(256);
    yield damaged;
  }
}

const ABSURD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  'x',
  '',
  '../../x',
  [],
  {},
  [-1],
  [2 ** 40, 2 ** 40],
  [['x', 0, 0]],
  { class_name: 'Dense', config: {} },
];

/** Copies of a JSON value in which one part is something else. */
function* altered(value: unknown, times: number, seed: number): Generator<unknown> {
  const random = new Random(seed);
  for (let i = 0; i < times * TIMES; i++) {
    const copy: unknown = JSON.parse(JSON.stringify([value]));
    const places: { readonly at: Record<string, unknown>; readonly key: string }[] = [];
    const visit = (at: unknown): void => {
      if (typeof at !== 'object' || at === null) return;
      for (const key of Object.keys(at)) {
        places.push({ at: at as Record<string, unknown>, key });
        visit((at as Record<string, unknown>)[key]);
      }
    };
    visit(copy);
    const { at, key } = places[random.integer(places.length)] as (typeof places)[0];
    if (random.integer(5) === 0) delete at[key];
    else at[key] = ABSURD[random.integer(ABSURD.length)];
    yield (copy as unknown[])[0];
  }
}

describe('damaged bytes', () => {
  it.each(['keras3.keras', 'keras2.keras', 'text.keras', 'keras3.h5', 'keras2.h5'])('of a model: %s', async (name) => {
    expect(await refused(`m${name.slice(name.lastIndexOf('.'))}`, flipped(readFileSync(fixture(name)), 60, 1))).toBeGreaterThan(0);
  });

  it.each(['keras3.weights.h5', 'keras2.weights.h5', 'keras2-weights.h5'])('of weights: %s', async (name) => {
    const model = await keras.loadModel(fixture(name.startsWith('keras3') ? 'keras3.keras' : 'keras2.keras'));
    expect(await refused('w.h5', flipped(readFileSync(fixture(name)), 60, 2), (path) => model.loadWeights(path))).toBeGreaterThan(0);
  });

  it.each(['keras3.keras', 'text.keras'])('of what an archive holds, with sums that are right: %s', async (name) => {
    const members = unzipSync(readFileSync(fixture(name)));
    function* archives(): Generator<Uint8Array> {
      for (const [member, content] of Object.entries(members))
        for (const damaged of flipped(content, 25, 3)) yield zipSync({ ...members, [member]: damaged }, { level: 0 });
    }
    expect(await refused('m.keras', archives())).toBeGreaterThan(0);
  });

  it('of model.json, and of the length of its weights', async () => {
    cpSync(fixture('../tfjs/cases/recurrent'), folder, { recursive: true });
    expect(await refused('model.json', flipped(readFileSync(fixture('../tfjs/cases/recurrent/model.json')), 100, 4))).toBeGreaterThan(0);
    const shard = readFileSync(fixture('../tfjs/cases/recurrent/group1-shard1of2.bin'));
    writeFileSync(join(folder, 'model.json'), readFileSync(fixture('../tfjs/cases/recurrent/model.json')));
    const load = () => keras.loadModel(join(folder, 'model.json'));
    for (const bytes of [shard.subarray(1), Buffer.concat([shard, shard])]) {
      writeFileSync(join(folder, 'group1-shard1of2.bin'), bytes);
      await expect(load()).rejects.toThrow(FileFormatError);
    }
  });

  it('cut off anywhere', async () => {
    for (const name of ['keras2.h5', 'keras3.h5', 'text.keras']) {
      const bytes = readFileSync(fixture(name));
      const cuts = Array.from({ length: 40 }, (_, i) => bytes.subarray(0, Math.floor((bytes.length * i) / 40)));
      expect(await refused(`cut-${name}`, cuts)).toBe(40);
    }
  });
});

describe('configs with something else in a place', () => {
  it.each(['keras3.keras', 'keras2.keras', 'operations.keras', 'nested.keras', 'text.keras'])('in an archive: %s', async (name) => {
    const members = unzipSync(readFileSync(fixture(name)));
    const config: unknown = JSON.parse(new TextDecoder().decode(members['config.json']));
    function* archives(): Generator<Uint8Array> {
      for (const value of altered(config, 120, 5))
        yield zipSync({ ...members, 'config.json': new TextEncoder().encode(JSON.stringify(value)) }, { level: 0 });
    }
    expect(await refused('m.keras', archives())).toBeGreaterThan(0);
  });

  it.each(['recurrent', 'images'])("in tfjs's model.json: %s", async (name) => {
    cpSync(fixture(`../tfjs/cases/${name}`), folder, { recursive: true });
    const json: unknown = JSON.parse(readFileSync(fixture(`../tfjs/cases/${name}/model.json`), 'utf8'));
    function* files(): Generator<Uint8Array> {
      for (const value of altered(json, 150, 6)) yield new TextEncoder().encode(JSON.stringify(value));
    }
    expect(await refused('model.json', files())).toBeGreaterThan(0);
  });
});
