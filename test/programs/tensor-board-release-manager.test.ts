/** What is written is read here by the format's definition: records of TFRecord with protobuf messages `Event`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programs, tensor, ValueError } from '../../src/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-tb-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const manager = (summaryDir = join(folder, 'run', 'a')) => programs.tensorBoardReleaseManager({ summaryDir });
const files = (path = join(folder, 'run', 'a')) => readdirSync(path).map((name) => join(path, name));

/** The records of a file: eight bytes of length, four of its checksum, the record, four of its checksum. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return records;
}

/** A message's fields by number: numbers as bigints, anything else as bytes. */
function fieldsOf(message: Buffer): Map<number, bigint | Buffer> {
  const fields = new Map<number, bigint | Buffer>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (size: number): Buffer => {
    at += size;
    return message.subarray(at - size, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const kind = tag % 8;
    fields.set(tag >> 3, kind === 0 ? varint() : take(kind === 1 ? 8 : kind === 5 ? 4 : Number(varint())));
  }
  return fields;
}
const inner = (fields: Map<number, bigint | Buffer>, ...path: number[]): Map<number, bigint | Buffer> =>
  path.reduce((at, number) => fieldsOf(at.get(number) as Buffer), fields);

/** Step, tag, plugin and numbers of each event but the first, which has the format's version. */
function eventsOf(path: string) {
  const [first, ...events] = recordsOf(readFileSync(path)).map(fieldsOf);
  expect(String(first?.get(3))).toBe('brain.Event:2');
  return events.map((event) => {
    const value = inner(event, 5, 1);
    const content = inner(value, 8);
    const bytes = (content.get(4) ?? content.get(6)) as Buffer;
    return {
      step: Number(event.get(2) ?? 0n),
      tag: String(value.get(1)),
      plugin: String(inner(value, 9, 1).get(1)),
      numbers: Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i)),
    };
  });
}

describe('release', () => {
  it('writes a point per scalar, named by its path', async () => {
    using board = manager();
    await board.release({ train: { loss: 0.1, examples: 7n }, list: [true, tensor(2, [], 'int32')], text: 'a', none: undefined }, 1);
    await board.release({ train: { loss: Number.NaN } }, 2);
    const [path, ...others] = files();
    expect(others).toEqual([]);
    expect(path).toMatch(/events\.out\.tfevents\..*\.v2$/);
    const scalar = (step: number, tag: string, number: number) => ({ step, tag, plugin: 'scalars', numbers: [number] });
    expect(eventsOf(path as string)).toEqual([
      scalar(1, 'list[0]', 1),
      scalar(1, 'list[1]', 2),
      scalar(1, 'train/examples', 7),
      scalar(1, 'train/loss', 0.1),
      scalar(2, 'train/loss', Number.NaN),
    ]);
  });

  it("writes other tensors as histograms, as TensorBoard's own", async () => {
    using board = manager();
    await board.release({ w: tensor([-1, 0.05, 0.55, 2, 2]), same: tensor([[3], [3]]), none: tensor(new Float32Array(0)) }, 0);
    const events = Object.fromEntries(eventsOf(files()[0] as string).map(({ tag, plugin, numbers }) => [tag, { plugin, numbers }]));
    const rows = (tag: string) => Array.from({ length: 30 }, (_, i) => events[tag]?.numbers.slice(3 * i, 3 * i + 3) as number[]);
    expect(Object.values(events).map(({ plugin, numbers }) => [plugin, numbers.length])).toEqual(Array(3).fill(['histograms', 90]));
    // `tensorboard.plugins.histogram.summary_v2._buckets` of TensorBoard 2.14: the counts, the first edge, the last.
    const counts = (tag: string) => rows(tag).flatMap(([, , count], i) => (count === 0 ? [] : [[i, count]]));
    expect(counts('w')).toEqual([
      [0, 1],
      [10, 1],
      [15, 1],
      [29, 2],
    ]);
    expect([rows('w')[0]?.[0], rows('w')[29]?.[1]]).toEqual([-1, 2]);
    expect(rows('w').every(([left, right], i, all) => (right as number) > (left as number) && (i === 0 || all[i - 1]?.[1] === left))).toBe(
      true,
    );
    expect(counts('same')).toEqual([[29, 2]]);
    expect(rows('same').every(([left, right]) => left === 3 && right === 3)).toBe(true);
    expect(events.none?.numbers.every((n) => n === 0)).toBe(true);
  });

  it('begins another file after it has been disposed', async () => {
    const board = manager();
    await board.release({ a: 1 }, 1);
    const [first] = files();
    board.dispose();
    board.dispose();
    await board.release({ a: 2 }, 2);
    board.dispose();
    const rest = files().filter((path) => path !== first);
    expect([first as string, ...rest].flatMap((path) => eventsOf(path).map(({ step, numbers }) => [step, numbers[0]]))).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

it('refuses a folder that cannot be made, other options and keys', async () => {
  writeFileSync(join(folder, 'file'), '');
  using board = manager(join(folder, 'file', 'run'));
  await expect(board.release({ a: 1 }, 1)).rejects.toMatchObject({ name: 'TensorFlowError' });
  const wrong = (options: unknown) => () => programs.tensorBoardReleaseManager(options as programs.TensorBoardReleaseManagerOptions);
  expect(wrong({})).toThrow('`summaryDir` must be a string, received undefined');
  expect(wrong({ summaryDir: '' })).toThrow(new ValueError('`summaryDir` must not be empty'));
  expect(wrong({ summaryDir: 'a', logDir: 'b' })).toThrow('has no option `logDir`');
  await expect(manager().release({}, 0.5)).rejects.toThrow('`key` must be a whole number');
});
