// npm run demo and npm test: each works as the first command in a fresh clone.
import { readFileSync, rmSync } from 'node:fs';
import { files, path, prepare, run, say, tool } from './lib.mjs';

const counts = { passed: 0, failed: 0 };
const [command, ...rest] = process.argv.slice(2);

/** Tests of processes, and of what a process has once (its library, its count of handles, its registries): each file has one to itself. */
const APART = [
  'test/process',
  'test/native',
  'test/data/client-dataset.test.ts',
  'test/docs/own-layers.test.ts',
  'test/graph/clients-rules/index.test.ts',
  'test/graph/gradient-rules/index.test.ts',
  'test/graph/variable.test.ts',
  'test/keras/layers/layer-registry.test.ts',
  'test/keras/layers/recurrent.test.ts',
  'test/models/federated-model.test.ts',
  'test/templates/learning-process.test.ts',
  'test/templates/run-clients.test.ts',
  'test/tensor.test.ts',
];

/** Ends with the closing line; CI reads it. */
function finish(status) {
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  process.exit(status);
}

/** A step that passes or fails as a whole. */
function step(title, fn) {
  say(title);
  const ok = fn().status === 0;
  counts[ok ? 'passed' : 'failed'] += 1;
  if (!ok) finish(1);
}

function native(kind) {
  const { stdout, status } = run(process.execPath, ['scripts/test-native.mjs', kind], { allowFailure: true, capture: true });
  process.stdout.write(stdout);
  const [, failed, total] = /(\d+) tests failed out of (\d+)/.exec(stdout) ?? [];
  counts.passed += Number(total ?? 0) - Number(failed ?? 0);
  counts.failed += status === 0 ? Number(failed ?? 0) : Math.max(1, Number(failed ?? 0));
  if (status !== 0) finish(1);
}

function vitest(title, args) {
  say(title);
  const report = path('build', 'vitest.json');
  rmSync(report, { force: true });
  const { status } = tool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], {
    allowFailure: true,
  });
  const { numPassedTests = 0, numFailedTests = 0 } = status === 0 || status === 1 ? JSON.parse(readFileSync(report, 'utf8')) : {};
  counts.passed += numPassedTests;
  counts.failed += status === 0 ? numFailedTests : Math.max(1, numFailedTests);
  if (status !== 0) finish(1);
}

function test() {
  prepare();
  step('format and lint (Biome)', () => tool('biome', ['check', '--error-on-warnings', '.'], { allowFailure: true }));
  const sources = files('native/core', 'native/addon', 'native/test').filter((f) => /\.(cc|h)$/.test(f));
  step('format of C++ (clang-format)', () => tool('clang-format', ['--dry-run', '--Werror', ...sources], { allowFailure: true }));
  step('types (tsc)', () => tool('tsc', ['-p', '.'], { allowFailure: true }));
  native('plain');
  native('asan');
  native('tsan');
  // To load the sources and libtensorflow takes longer than most files' tests: files share the processes.
  vitest('tests (vitest)', ['--isolate=false', ...[...APART, 'test/package', 'test/soak'].flatMap((p) => ['--exclude', `${p}{,/**}`])]);
  vitest('process tests', APART);
  step('prebuild', () => run(process.execPath, ['scripts/prebuild.mjs'], { allowFailure: true }));
  vitest('package tests', ['test/package']);
  step('publint', () => tool('publint', ['--strict'], { allowFailure: true }));
  finish(0);
}

if (command === 'test') test();
else if (command === 'demo') {
  prepare();
  process.exitCode = run(process.execPath, ['examples/demo/main.mjs', ...rest], { allowFailure: true }).status ?? 1;
} else {
  console.error('usage: node scripts/run.mjs test|demo');
  process.exitCode = 2;
}
