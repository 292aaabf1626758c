/** The settings of every TensorFlow session, as a serialized `ConfigProto` (tensorflow/core/protobuf/config.proto). */
import type { Device } from '../native/loader.js';

const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};

const integerField = (field: number, value: bigint): number[] => [...varint(BigInt(field << 3)), ...varint(value)];
const messageField = (field: number, message: readonly number[]): number[] => [
  ...varint(BigInt((field << 3) | 2)),
  ...varint(BigInt(message.length)),
  ...message,
];

/**
 * How libtensorflow goes through a graph: `single-threaded` has the nodes in a fixed order and keeps no queue of those that are ready. It runs
 * loops and branches as functions, where they would be put in line, and knows a single device.
 */
export type Executor = 'default' | 'single-threaded';

const OFF = 2n;
/** Fields of tensorflow/core/protobuf/rewriter_config.proto. */
const REWRITES: readonly (readonly [field: number, value: bigint])[] = [
  [3, OFF], // constant folding
  [4, 1n], // no memory optimization
  [7, OFF], // arithmetic
  [8, OFF], // dependencies
  [9, OFF], // loops
  [10, OFF], // functions
  [12, 1n], // one iteration
  [13, OFF], // shapes
  [24, OFF], // common subgraphs
  [32, 1n], // no TFG optimizer
];

/**
 * Of the passes over a graph before it is run only layouts (a GPU's) and fused kernels are left: our graphs come without what the others look
 * for. Two LSTMs of 80 steps are ready in 0.7 s instead of 1.7 s, and no workload runs slower.
 */
const rewriteOptions = (): number[] => REWRITES.flatMap(([field, value]) => integerField(field, value));

/**
 * One thread inside an op and none between ops: a run stays on the thread of our pool that began it.
 *
 * Several clients at once with one thread each beat one client with several threads by 1.7 (EMNIST CNN, 2 cores), and running ops in the
 * caller's thread beats a pool of two by 5 % for small models. On a GPU, memory is taken as needed, not all at once, and what has no kernel
 * there runs on the processor; an op that asks for a GPU is moved there, too, unless a GPU is demanded.
 */
export function sessionConfig(device: Device, executor: Executor = 'default'): Uint8Array {
  const noGpus = messageField(1, [...messageField(1, [...Buffer.from('GPU')]), ...integerField(2, 0n)]);
  const intraOpThreads = integerField(2, 1n);
  const interOpThreads = integerField(5, -1n);
  const gpuAllowGrowth = messageField(6, integerField(4, 1n));
  const allowSoftPlacement = integerField(7, 1n);
  const graphOptions = messageField(10, messageField(10, rewriteOptions()));
  const singleThreaded = messageField(16, messageField(3, [...Buffer.from('SINGLE_THREADED_EXECUTOR')]));
  return Uint8Array.from([
    ...(device === 'cpu' ? noGpus : []),
    ...intraOpThreads,
    ...interOpThreads,
    ...gpuAllowGrowth,
    ...(device === 'gpu' ? [] : allowSoftPlacement),
    ...graphOptions,
    ...(executor === 'single-threaded' ? singleThreaded : []),
  ]);
}
