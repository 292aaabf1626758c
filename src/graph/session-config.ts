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
  return Uint8Array.from([...intraOpThreads, ...interOpThreads, ...gpuAllowGrowth, ...allowSoftPlacement]);
}
