import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileFormatError, ValueError } from '../../src/errors.js';
import { algorithms, data, fromKerasModel, keras, optimizers, programs, tensor, tensorSpec } from '../../src/index.js';
import { flatten } from '../../src/tree.js';

type Options = Omit<programs.FileProgramStateManagerOptions, 'rootDir'>;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-states-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const manager = (options: Options = {}) => programs.fileProgramStateManager({ rootDir: join(folder, 'states'), ...options });

describe('versions that are kept', () => {
  // TFF's file_program_state_manager_test.py: ten states, 0 to 9.
  it.each<[number, boolean, number, number[]]>([
    [3, true, 1, [0, 8, 9]],
    [3, false, 1, [7, 8, 9]],
    [1, true, 1, [0]],
    [1, false, 1, [9]],
    [3, true, 3, [0, 6, 9]],
    [3, false, 3, [3, 6, 9]],
    [0, true, 3, [0, 3, 6, 9]],
    [5, true, 3, [0, 3, 6, 9]],
    [0, true, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('keepTotal %i, keepFirst %s, keepEveryK %i: %j', async (keepTotal, keepFirst, keepEveryK, kept) => {
    const states = manager({ keepTotal, keepFirst, keepEveryK });
    for (let version = 0; version < 10; version++) await states.save({ version }, version);
    expect(await states.getVersions()).toEqual(kept);
    for (const version of kept) expect(await states.load(version)).toEqual({ version });
  });

  it('are five with the first, by default', async () => {
    const states = manager();
    for (let version = 3; version < 13; version++) await states.save(version, version);
    expect(await states.getVersions()).toEqual([3, 9, 10, 11, 12]);
  });

  it('include the newest, whatever its number', async () => {
    const states = manager({ keepTotal: 0, keepEveryK: 5 });
    for (let version = 0; version < 9; version++) {
      await states.save(version, version);
      expect(await states.loadLatest()).toEqual({ state: version, version });
    }
    expect(await states.getVersions()).toEqual([0, 5, 8]);
  });
});

describe('a program state', () => {
  it('is what was saved, and the newest is found by number, not by text', async () => {
    const states = manager();
    expect([await states.getVersions(), await states.loadLatest()]).toEqual([[], undefined]);
    for (const version of [9, 10, 2]) await states.save({ version, w: tensor([version]) }, version);
    expect(await states.getVersions()).toEqual([2, 9, 10]);
    const latest = await states.loadLatest();
    expect(latest?.version).toBe(10);
    expect(latest?.state).toEqual({ version: 10, w: tensor([10]) });
  });

  it('of a learning process goes on exactly as the process would have', async () => {
    const layer = keras.layers.dense({ units: 3, kernelInitializer: keras.initializers.glorotUniform({ seed: 1 }) });
    using federated = fromKerasModel(keras.sequential([keras.input({ shape: [4] }), layer]), {
      loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      inputSpec: { x: tensorSpec([null, 4]), y: tensorSpec([null], 'int32') },
    });
    const x = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
    const client = data.clientDataset({ x: tensor(x, [10, 4]), y: tensor(Int32Array.from({ length: 10 }, (_, i) => i % 3)) });
    using learning = algorithms.buildWeightedFedAvg(federated, {
      clientOptimizer: optimizers.sgdm({ learningRate: 0.1 }),
      serverOptimizer: optimizers.adam({ learningRate: 0.01 }),
    });
    const first = (await learning.next(await learning.initialize(), [client])).state;
    const states = manager();
    await states.save({ learning: first }, 1);
    const { learning: restored } = (await states.load(1)) as unknown as { learning: typeof first };
    const numbers = (state: typeof first) => flatten(state as never).map((t) => Array.from((t as { data: Float32Array }).data, Number));
    expect(numbers(restored)).toEqual(numbers(first));
    const [a, b] = [await learning.next(first, [client]), await learning.next(restored, [client])];
    expect(numbers(b.state)).toEqual(numbers(a.state));
    expect(b.metrics).toEqual(a.metrics);
  });

  it('is not written over', async () => {
    const states = manager();
    await states.save('first', 4);
    await expect(states.save('second', 4)).rejects.toThrow(ValueError);
    await expect(states.save('second', 4)).rejects.toThrow(/there is a program state of version 4 in .* already/);
    expect(await states.load(4)).toBe('first');
  });

  it('that was never saved cannot be loaded', async () => {
    await expect(manager().load(7)).rejects.toThrow(ValueError);
    await expect(manager().load(7)).rejects.toThrow(/there is no program state of version 7/);
  });

  it('shares its folder with other files, and with states of another prefix', async () => {
    const [states, others] = [manager(), manager({ prefix: 'other_' })];
    await states.save('a', 1);
    await others.save('b', 2);
    for (const name of ['program_state_', 'program_state_x', 'program_state_-1', 'program_state_1.tmp', 'notes.txt'])
      writeFileSync(join(folder, 'states', name), 'something');
    expect([await states.getVersions(), await others.getVersions()]).toEqual([[1], [2]]);
    await states.removeAll();
    expect(await states.getVersions()).toEqual([]);
    expect(await others.load(2)).toBe('b');
    expect(existsSync(join(folder, 'states', 'notes.txt'))).toBe(true);
  });
});

describe('where something goes wrong', () => {
  const file = (version: number) => join(folder, 'states', `program_state_${version}`);

  it('a damaged state is refused by name', async () => {
    const states = manager();
    await states.save({ w: tensor([1, 2, 3]) }, 0);
    truncateSync(file(0), 70);
    await expect(states.load(0)).rejects.toThrow(FileFormatError);
    await expect(states.load(0)).rejects.toThrow(`${file(0)}: the file is damaged or incomplete`);
  });

  it('the newest sound state is taken, with a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const states = manager();
    for (const version of [1, 2, 3]) await states.save({ version }, version);
    truncateSync(file(3), 20);
    writeFileSync(file(2), '');
    expect(await states.loadLatest()).toEqual({ state: { version: 1 }, version: 1 });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/program_state_3: the file is damaged or incomplete; going on with the state before it/),
      expect.stringMatching(/program_state_2: not a state of fedkeras; going on/),
    ]);
    warn.mockRestore();
    // The program comes to the damaged versions again.
    await states.save({ version: 2, again: true }, 2);
    expect(await states.load(2)).toEqual({ version: 2, again: true });
    await expect(states.save({ version: 2 }, 2)).rejects.toThrow('there is a program state of version 2');
  });

  it('what cannot be saved leaves no file, and the states before', async () => {
    const states = manager();
    await states.save('sound', 1);
    await expect(states.save({ w: undefined }, 2)).rejects.toThrow('`state.w` must be a tensor');
    expect(readdirSync(join(folder, 'states'))).toEqual(['program_state_1']);
  });

  // A device that is always full stands in for the disk: the file that is written first is a link to it.
  it('no space on the disk leaves no file, and the states before', async () => {
    const states = manager({ keepTotal: 1, keepFirst: false });
    await states.save('sound', 1);
    symlinkSync('/dev/full', join(folder, 'states', `.program_state_2.${process.pid}.tmp`));
    await expect(states.save('lost', 2)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readdirSync(join(folder, 'states'))).toEqual(['program_state_1']);
    expect(await states.loadLatest()).toEqual({ state: 'sound', version: 1 });
    await states.save('again', 2);
    expect(await states.loadLatest()).toEqual({ state: 'again', version: 2 });
  });

  it('a folder that cannot be made is named', async () => {
    writeFileSync(join(folder, 'states'), 'a file');
    await expect(manager().save(1, 1)).rejects.toMatchObject({ code: 'ENOTDIR', message: expect.stringContaining(folder) });
    expect(readFileSync(join(folder, 'states'), 'utf8')).toBe('a file');
  });

  it('refuses other options and versions', async () => {
    const wrong = (options: unknown) => () => programs.fileProgramStateManager(options as programs.FileProgramStateManagerOptions);
    expect(wrong({})).toThrow('`rootDir` must be a string, received undefined');
    expect(wrong({ rootDir: '' })).toThrow(new ValueError('`rootDir` must not be empty'));
    expect(wrong({ rootDir: 'a', prefix: '../b' })).toThrow('`prefix` must be the beginning of a file name, received "../b"');
    expect(wrong({ rootDir: 'a', keepTotal: -1 })).toThrow(ValueError);
    expect(wrong({ rootDir: 'a', keepFirst: 1 })).toThrow('`keepFirst` must be true or false, received 1');
    expect(wrong({ rootDir: 'a', keepEveryK: 0 })).toThrow('`keepEveryK` must be a finite number of at least 1, received 0');
    expect(wrong({ rootDir: 'a', keep: 1 })).toThrow('has no option `keep`');
    for (const version of [-1, 1.5]) {
      await expect(manager().save(1, version)).rejects.toThrow(ValueError);
      await expect(manager().load(version)).rejects.toThrow(ValueError);
    }
    await expect(manager().save(1, '1' as never)).rejects.toThrow(TypeError);
    expect(existsSync(join(folder, 'states'))).toBe(false);
  });
});
