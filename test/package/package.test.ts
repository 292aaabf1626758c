/** The package as users get it: packed, installed without a registry and without a compiler, and run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLibrary } from '../../src/native/library.js';
import { packageRoot } from '../../src/native/platform.js';

const root = packageRoot();
const folder = mkdtempSync(join(tmpdir(), 'fedkeras-package-'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  dependencies: Record<string, string>;
};

/** Packs a folder into ours. @returns The names of the packed files */
function pack(from: string): { filename: string; files: string[] } {
  const out = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, from], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [entry] = Object.values(JSON.parse(out) as Record<string, { filename: string; files: { path: string }[] }>);
  return { filename: entry?.filename as string, files: (entry?.files ?? []).map((f) => f.path) };
}

/** Runs a program in the installed package with nothing but Node on the path. */
const run = (name: string, program: string): string => {
  writeFileSync(join(folder, name), program);
  const env = { PATH: dirname(process.execPath), HOME: folder, FEDKERAS_LIBTENSORFLOW: findLibrary() };
  return execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8', env });
};

let files: string[] = [];

beforeAll(() => {
  const own = pack(root);
  files = own.files;
  const dependencies = Object.keys(manifest.dependencies).map((name) => pack(join(root, 'node_modules', name)).filename);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true }));
  // No registry answers at this address: what is installed comes from the packed files.
  const install = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--registry=http://127.0.0.1:9',
    '--fetch-retries=0',
    ...[own.filename, ...dependencies].map((f) => `./${f}`),
  ];
  execFileSync('npm', install, { cwd: folder, stdio: 'pipe' });
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed package', () => {
  it('holds what it needs and nothing else', () => {
    const platform = `${process.platform}-${process.arch}`;
    for (const needed of [
      'dist/index.js',
      'dist/index.d.ts',
      'dist/testing.js',
      'dist/testing.d.ts',
      'dist/cli.js',
      `prebuilds/${platform}/fedkeras.node`,
      'native/sources.txt',
      'CMakeLists.txt',
      'LICENSE',
      'README.md',
      'package.json',
    ])
      expect(files).toContain(needed);
    expect(files.filter((f) => /^(test|src|bench|examples|runs|node_modules|build)\//.test(f))).toEqual([]);
    expect(readdirSync(join(folder, 'node_modules', 'fedkeras', 'prebuilds'))).toContain(platform);
  });

  it('trains a round without a compiler', () => {
    const out = run(
      'round.mjs',
      `import { algorithms, data, fromKerasModel, keras, optimizers, tensor, tensorSpec } from 'fedkeras';
      const model = keras.sequential([keras.input({ shape: [2] }), keras.layers.dense({ units: 1, kernelInitializer: 'zeros' })]);
      const federated = fromKerasModel(model, { loss: keras.losses.meanSquaredError(), inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) } });
      const client = data.clientDataset({ x: tensor([[1, 2], [3, 4]]), y: tensor([[1], [2]]) }, { batchSize: 2 });
      const learning = algorithms.buildWeightedFedAvg(federated, { clientOptimizer: optimizers.sgdm({ learningRate: 0.01 }) });
      const { metrics } = await learning.next(await learning.initialize(), [client]);
      console.log(metrics.clientWork.train.loss);`,
    );
    // All predictions are 0: the mean of 1 and 4.
    expect(Number(out)).toBeCloseTo(2.5, 6);
  });

  it('checks a layer of the user without a test runner', () => {
    const out = run(
      'check.mjs',
      `import { keras, ops } from 'fedkeras';
      import { checkLayer } from 'fedkeras/testing';
      class Double extends keras.Layer {
        static className = 'Double';
        static fields = {};
        call(ctx, x) { return ops.mul(x, 2); }
      }
      keras.registerLayer(Double);
      await checkLayer({ layer: new Double(), inputs: [[1, 2]], expected: [[2, 4]] });
      await checkLayer({ layer: new Double(), inputs: [[1, 2]], expected: [[2, 5]] }).catch((e) => console.log(e.code, e.message));`,
    );
    expect(out.trim()).toBe('ERR_ASSERTION output 0, value 1: 4, expected 5');
  });

  it('can be required, and has its command', () => {
    expect(run('require.cjs', "console.log(typeof require('fedkeras').fromKerasModel)").trim()).toBe('function');
    const cli = join(folder, 'node_modules', 'fedkeras', 'dist', 'cli.js');
    expect(execFileSync(process.execPath, [cli, '--help'], { encoding: 'utf8' })).toContain('fedkeras <command>');
  });
});
