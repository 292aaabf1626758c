// npm run test:native [-- plain|asan|tsan]: the tests of native/core, plain and under sanitizers.
import { availableParallelism } from 'node:os';
import { include, path, prepare, run, say } from './lib.mjs';

// TSan multiplies the time of everything: only what has threads of its own runs under it.
const BUILDS = {
  plain: { title: 'native tests', sanitize: '', tests: [] },
  asan: { title: 'native tests under ASan and UBSan', sanitize: 'address,undefined', tests: [] },
  tsan: {
    title: 'runner tests under TSan',
    sanitize: 'thread',
    tests: ['-R', '^(accumulator|computation|run|runner)_test$', '--no-tests=error'],
  },
};

prepare();
const wanted = process.argv.slice(2);
for (const [name, { title, sanitize, tests }] of Object.entries(BUILDS)) {
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
  run('cmake', ['--build', build, '--parallel', String(availableParallelism())], { capture: true });
  const library = run(process.execPath, ['dist/cli.js', 'where'], { capture: true }).stdout.split(' (')[0];
  run('ctest', ['--test-dir', build, '--output-on-failure', ...tests], { env: { FEDKERAS_LIBTENSORFLOW: library } });
}
