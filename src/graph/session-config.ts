/** The settings of every TensorFlow session, as a serialized `ConfigProto` (tensorflow/core/protobuf/config.proto). */

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

// Numbers of fields in tensorflow/core/protobuf/rewriter_config.proto.
const SWITCHED_OFF = { constant: 3, arithmetic: 7, dependency: 8, loop: 9, function: 10, shape: 13, commonSubgraph: 24 } as const;
const OFF = 2n;

/**
 * Of the passes over a graph before it is run only layouts (a GPU's) and fused kernels are left: our graphs come without what the others look
 * for. Two LSTMs of 80 steps are ready in 0.7 s instead of 1.7 s, and no workload runs slower.
 */
function rewriteOptions(): number[] {
  const passes = Object.values(SWITCHED_OFF).flatMap((field) => integerField(field, OFF));
  const oneIteration = integerField(12, 1n);
  const noMemoryOptimization = integerField(4, 1n);
  const noTfgOptimizer = integerField(32, 1n);
  return [...passes, ...oneIteration, ...noMemoryOptimization, ...noTfgOptimizer];
}

/**
 * One thread inside an op and none between ops: a run stays on the thread of our pool that began it.
 *
 * Several clients at once with one thread each beat one client with several threads by 1.7 (EMNIST CNN, 2 cores), and running ops in the
 * caller's thread beats a pool of two by 5 % for small models. On a GPU, memory is taken as needed, not all at once.
 */
export function sessionConfig(): Uint8Array {
  const intraOpThreads = integerField(2, 1n);
  const interOpThreads = integerField(5, -1n);
  const gpuAllowGrowth = messageField(6, integerField(4, 1n));
  const allowSoftPlacement = integerField(7, 1n);
  const graphOptions = messageField(10, messageField(10, rewriteOptions()));
  return Uint8Array.from([...intraOpThreads, ...interOpThreads, ...gpuAllowGrowth, ...allowSoftPlacement, ...graphOptions]);
}
