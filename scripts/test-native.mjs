// npm run test:native [-- plain|asan|tsan]: the tests of native/core, plain and under sanitizers.
import { availableParallelism } from 'node:os';
import { include, path, prepare, run, say } from './lib.mjs';

// TSan multiplies the time of everything: only what has threads of its own runs under it.
const BUILDS = {
  plain: { title: 'native tests', sanitize: '' },
  asan: { title: 'native tests under ASan and UBSan', sanitize: 'address,undefined' },
  tsan: {
    title: 'runner tests under TSan',
    sanitize: 'thread',
    only: ['accumulator_test', 'computation_test', 'run_test', 'run_together_test', 'runner_test'],
  },
};

prepare();
const wanted = process.argv.slice(2);
for (const [name, { title, sanitize, only }] of Object.entries(BUILDS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(title);
  const build = path('build', `native-${name}`);
  run(
    'cmake',
    [
      '-S',
      '.',
      '-B',
      build,
      '-DFEDKERAS_TESTS=ON',
      `-DFEDKERAS_SANITIZE=${sanitize}`,
      `-DTENSORFLOW_INCLUDE=${include()}`,
      '-DCMAKE_BUILD_TYPE=Release',
    ],
    { capture: true },
  );
  const targets = only === undefined ? [] : ['--target', ...only];
  run('cmake', ['--build', build, '--parallel', String(availableParallelism()), ...targets], { capture: true });
  const library = run(process.execPath, ['dist/cli.js', 'where'], { capture: true }).stdout.split(' (')[0];
  const tests = only === undefined ? [] : ['-R', `^(${only.join('|')})$`];
  run('ctest', ['--test-dir', build, '--output-on-failure', '--no-tests=error', ...tests], { env: { FEDKERAS_LIBTENSORFLOW: library } });
}
