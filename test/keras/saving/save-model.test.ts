import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keras } from '../../../src/index.js';
import { readArchive } from '../../../src/keras/saving/archive.js';
import { openHdf5 } from '../../../src/keras/saving/hdf5/index.js';
import { modelConfig } from '../../../src/keras/saving/model-config.js';
import { MODELS, weightsOf } from './models.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-save-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.useRealTimers();
});
const path = (name: string) => join(folder, name);

describe('save', () => {
  it.each(Object.keys(MODELS))('keeps a model whole: %s', async (name) => {
    const model = (MODELS[name] as () => keras.Model)();
    await model.save(path(`${name}.keras`));
    const loaded = await keras.loadModel(path(`${name}.keras`));
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    expect(modelConfig(loaded)).toEqual(modelConfig(model));
    await loaded.save(path(`${name}-again.keras`));
    expect(readFileSync(path(`${name}-again.keras`)).equals(readFileSync(path(`${name}.keras`)))).toBe(true);
  });

  it('writes weights alone', async () => {
    const model = (MODELS.mixed as () => keras.Model)();
    await model.save(path('m.weights.h5'));
    const file = openHdf5(new Uint8Array(readFileSync(path('m.weights.h5'))), 'm.weights.h5');
    // As Keras 3 names them: by class, numbered where one comes again.
    expect(file.dataset('layers/conv1d_1/vars/0')?.read().shape).toEqual([3, 3, 2]);
    expect(file.dataset('layers/dense/vars/1')?.read().dtype).toBe('float64');
  });

  it('gives equal files for equal models, whenever it is', async () => {
    const model = (MODELS.functional as () => keras.Model)();
    vi.useFakeTimers({ now: new Date('2001-02-03'), toFake: ['Date'] });
    await model.save(path('before.keras'));
    vi.setSystemTime(new Date('2031-04-05'));
    await model.save(path('after.keras'));
    expect(readFileSync(path('after.keras')).equals(readFileSync(path('before.keras')))).toBe(true);
  });

  it("is an archive as Keras's", async () => {
    await (MODELS.mixed as () => keras.Model)().save(path('keras3.keras'));
    const { config, metadata } = readArchive(new Uint8Array(readFileSync(path('keras3.keras'))), 'keras3.keras');
    expect(metadata.keras_version).toMatch(/^3\./);
    expect(config).toMatchObject({ module: 'keras', class_name: 'Sequential', registered_name: null });
  });

  it('leaves the file before where there is no space, and nothing beside it', async () => {
    const model = (MODELS.mixed as () => keras.Model)();
    const inner = mkdtempSync(join(folder, 'full-'));
    const file = join(inner, 'm.keras');
    await model.save(file);
    const before = readFileSync(file);
    symlinkSync('/dev/full', `${file}.${process.pid}.tmp`);
    await expect(model.save(file)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(inner)).toEqual(['m.keras']);
  });

  it.each(['m.keras', 'm.weights.h5', 'model.json'])('makes the folder of %s, unless something else is there', async (name) => {
    const model = (MODELS.functional as () => keras.Model)();
    const inner = join(folder, `new-${name}`, 'inner');
    await model.save(join(inner, name));
    await model.save(join(inner, name));
    expect(readdirSync(inner).filter((file) => !file.endsWith('.bin'))).toEqual([name]);
    await expect(model.save(join(inner, name, name))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('refuses other endings', async () => {
    const model = (MODELS.mixed as () => keras.Model)();
    await expect(model.save(path('m.h5'))).rejects.toThrow(
      /`path` must end with \.keras or \.weights\.h5, or be a model\.json, received ".*m\.h5"/,
    );
    await expect(model.save(5 as never)).rejects.toThrow('`path` must be a string, received 5');
    expect(existsSync(path('m.h5'))).toBe(false);
  });
});
