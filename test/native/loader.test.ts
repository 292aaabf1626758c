/** Loading: what cannot be loaded is refused with the remedy, and the process goes on. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LibraryNotFoundError, TensorFlowError, ValueError } from '../../src/errors.js';
import { findLibrary } from '../../src/native/library.js';
import { binding, type ConfigureOptions, concurrency, configure, isSupportedVersion, loadAddon } from '../../src/native/loader.js';
import { packageRoot } from '../../src/native/platform.js';
import { addonFile } from './addon-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fedkeras-loader-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, content: string | { copyOf: string }): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  if (typeof content === 'string') writeFileSync(full, content);
  else copyFileSync(content.copyOf, full);
  return full;
}

const failure = (fn: () => unknown): LibraryNotFoundError => {
  try {
    return fn() as never;
  } catch (error) {
    expect(error).toBeInstanceOf(LibraryNotFoundError);
    return error as LibraryNotFoundError;
  }
};

describe('loadAddon', () => {
  it('names the files that are missing and the command that builds one', () => {
    const error = failure(() => loadAddon(join(folder, 'empty'), 'sunos-sparc'));
    expect(error.searched).toEqual(
      ['prebuilds/sunos-sparc', 'build/Release'].map((at) => `${join(folder, 'empty', at, 'fedkeras.node')}: no such file`),
    );
    expect(error.message).toContain(`no addon for sunos-sparc with Node ${process.version}`);
    expect(error.message).toContain('`npm run build:native`');
    for (const place of error.searched) expect(error.message).toContain(`  - ${place}`);
  });

  it('takes the build where the prebuild does not load', () => {
    const bad = file('broken/prebuilds/here/fedkeras.node', 'no addon');
    expect(failure(() => loadAddon(join(folder, 'broken'), 'here')).searched[0]).toContain(`${bad}: `);
    file('broken/build/Release/fedkeras.node', { copyOf: addonFile });
    expect(typeof loadAddon(join(folder, 'broken'), 'here').loadLibrary).toBe('function');
  });

  it('takes the prebuild before the build', () => {
    file('both/prebuilds/here/fedkeras.node', { copyOf: addonFile });
    file('both/build/Release/fedkeras.node', 'no addon');
    expect(typeof loadAddon(join(folder, 'both'), 'here').loadLibrary).toBe('function');
  });
});

describe('isSupportedVersion', () => {
  it.each(['2.21.0', '2.21.0-rc1', '2.22.1', '2.100.0'])('takes %s', (version) => expect(isSupportedVersion(version)).toBe(true));
  it.each(['2.20.0', '2.9.1', '1.15.0', '3.0.0', '', 'unknown'])('refuses "%s"', (version) =>
    expect(isSupportedVersion(version)).toBe(false),
  );
});

describe('configure', () => {
  it('checks its options', () => {
    const wrong = (options: unknown) => () => configure(options as ConfigureOptions);
    expect(wrong(3)).toThrow('`options` must be an object with options, received 3');
    expect(wrong({ threads: 2 })).toThrow(
      '`options` has no option `threads`; it has `concurrency`, `libraryPath`, `tensorflowLog`, `device`',
    );
    expect(wrong({ concurrency: '2' })).toThrow(TypeError);
    expect(wrong({ concurrency: 0 })).toThrow(ValueError);
    expect(wrong({ concurrency: 1025 })).toThrow('`concurrency` must be a finite number in [1, 1024], received 1025');
    expect(wrong({ libraryPath: 5 })).toThrow('`libraryPath` must be a string, received 5');
    expect(wrong({ tensorflowLog: 'some' })).toThrow('`tensorflowLog` must be one of "all", "warnings", "errors", "none", received "some"');
    expect(wrong({ device: 'tpu' })).toThrow('`device` must be one of "auto", "cpu", "gpu", received "tpu"');
  });
});

// One process opens one library: the order of these tests is that of a user who mends the path step by step.
describe('binding', () => {
  const open = (libraryPath: string) => () => {
    configure({ libraryPath });
    return binding();
  };

  it('refuses a path where nothing is', () => {
    expect(failure(open(join(folder, 'missing'))).searched).toEqual([`the option libraryPath (${join(folder, 'missing')}): no such file`]);
  });

  it('refuses a file that is no library', () => {
    const text = file('libtensorflow.so', 'no library\n'.repeat(1000));
    const error = failure(open(text));
    expect(error.message).toMatch(/is no libtensorflow that can be used: cannot open .*`npx fedkeras setup`/s);
    expect(error.searched).toEqual([expect.stringContaining(`${text}: `)]);
    expect((error.cause as { code: string }).code).toBe('FAILED_PRECONDITION');
  });

  it('refuses a library that is another one', () => {
    expect(failure(open(addonFile)).message).toMatch(/lacks these functions of libtensorflow: TF_Version, /);
  });

  it('then takes the right one', () => {
    expect(open(findLibrary())().stats().tensors).toBe(0);
  });

  it('is the same from then on, and keeps its library', () => {
    expect(binding()).toBe(binding());
    for (const options of [{ libraryPath: addonFile }, { tensorflowLog: 'all' as const }, { device: 'cpu' as const }]) {
      expect(() => configure(options)).toThrow(TensorFlowError);
      expect(() => configure(options)).toThrow('libtensorflow is already in use');
    }
  });

  it('takes another concurrency at any time', () => {
    expect(concurrency(2 ** 50)).toBe(1);
    configure({ concurrency: 3 });
    // What was asked for, whatever memory it takes.
    expect([concurrency(), concurrency(2 ** 50)]).toEqual([3, 3]);
    configure({ concurrency: 1 });
    expect(binding().stats().threads).toBeLessThanOrEqual(3);
  });

  it('refuses an old libtensorflow', () => {
    // All the functions that are used, and an old version.
    const names = [...readFileSync(join(packageRoot(), 'native/core/tf_api.h'), 'utf8').matchAll(/X\((TF_\w+)\)/g)].map((m) => m[1]);
    expect(names).toContain('TF_Version');
    const functions = names.filter((name) => name !== 'TF_Version').map((name) => `void ${name}(void) {}`);
    const source = file('old.c', `const char* TF_Version(void) { return "2.10.1"; }\n${functions.join('\n')}\n`);
    const library = join(folder, 'libold.so');
    expect(spawnSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' })).toMatchObject({
      status: 0,
    });
    const program = `
      import { aggregators, configure, tensorSpec } from ${JSON.stringify(join(packageRoot(), 'dist/index.js'))};
      configure({ libraryPath: ${JSON.stringify(library)} });
      for (let i = 0; i < 2; i++)
        await aggregators.sum().create(tensorSpec([])).initialize().catch((e) => console.log(e.name, e.message, e.searched));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const text = `LibraryNotFoundError ${library} is libtensorflow 2.10.1, and fedkeras needs 2.21 or a later 2.x. Run \`npx fedkeras setup\` to get it. [ '${library}: version 2.10.1' ]`;
    expect(stdout.replaceAll(/\s+/g, ' ').trim()).toBe(`${text} ${text}`);
  });
});
