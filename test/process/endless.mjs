// Run by runs.test.ts as a process, or a worker, of its own: `node endless.mjs <addon> <library> <what>`.
import { createRequire } from 'node:module';
import { parentPort, Worker, workerData } from 'node:worker_threads';

const [addon, library, what] = workerData ?? process.argv.slice(2);
const native = createRequire(import.meta.url)(addon);
native.loadLibrary(library, 3);

const int32 = (value) => native.tensorNew(3, [], new Int32Array([value]));

/** Begins a loop that counts from 0 to `steps`, or never ends. */
function count(steps) {
  const graph = () => {
    const made = native.graphNew();
    const argument = (name) =>
      native.graphAddOperation(made, 'Placeholder', name, [], { dtype: 3, shape: { shape: [] } }, [], '').op * 65536;
    return { made, i: argument('i'), n: argument('n') };
  };
  const condition = graph();
  const unequal = native.graphAddOperation(condition.made, 'NotEqual', 'unequal', [condition.i, condition.n], {}, [], '');
  const body = graph();
  const one = native.graphAddOperation(body.made, 'Const', 'one', [], { dtype: 3, value: int32(1) }, [], '');
  const next = native.graphAddOperation(body.made, 'AddV2', 'next', [body.i, one.op * 65536], {}, [], '');
  const main = graph();
  native.graphCopyFunction(main.made, native.graphToFunction(condition.made, 'C', [condition.i, condition.n], [unequal.op * 65536], null));
  native.graphCopyFunction(main.made, native.graphToFunction(body.made, 'B', [body.i, body.n], [next.op * 65536, body.n], null));
  const attributes = { T: [3, 3], cond: 'C', body: 'B', _lower_using_switch_merge: true };
  const loop = native.graphAddOperation(main.made, 'StatelessWhile', 'loop', [[main.i, main.n]], attributes, [], '');
  const computation = native.computationNew(main.made, [main.i, main.n], [loop.op * 65536], [], new Uint8Array());
  // A count of 4 billion steps, by way of the negative numbers, takes hours.
  return native.computationRun(computation, [int32(0), int32(steps ?? -1)]);
}

const several = () => [1, 2, 3, 4].map(() => count());
const worker = (task) => new Worker(new URL(import.meta.url), { workerData: [addon, library, task] });

const tasks = {
  idle: () => count(10).then(() => console.log('done')),
  pending: () => count(20000).then(([i]) => console.log(new Int32Array(native.tensorData(i))[0])),
  exit: () => {
    several();
    process.exit(7);
  },
  exitLater: () => {
    several();
    setTimeout(() => process.exit(7), 100);
  },
  throw: () => {
    several();
    setImmediate(() => {
      throw new Error('on purpose');
    });
  },
  workerEnds: () => worker('idle').on('exit', (code) => console.log(`worker ${code}`)),
  workerIsTerminated: () => {
    const busy = worker('busy');
    busy.on('message', () => busy.terminate().then((code) => console.log(`worker ${code}`)));
  },
  exitWithWorker: () => worker('busy').on('message', () => process.exit(7)),
  busy: () => {
    several();
    parentPort.postMessage('begun');
  },
};

tasks[what]();
