/**
 * Messages between a server and a remote client, as bytes.
 *
 * Both sides build the client's computation, so both know which tensors travel, and their shapes: a message is a head of 64 bytes and the
 * tensors' bytes, one after another, and has another length only if it is wrong. There is nothing in it to parse.
 *
 * Head of a request: `FEDKASK` and the format's version, the computation's fingerprint (32 bytes), then as `int64` the process' seed, the round
 * and the client's number in it. An answer has `FEDKANS` and the version, and repeats the rest; a refusal has `FEDKERR` and the version, and
 * a text.
 */
import { arrayClass, dtypeBytes, type NumericDType } from '../dtype.js';
import { RemoteClientError } from '../errors.js';
import { binding } from '../native/loader.js';
import { sizeOf, type Tensor, tensor } from '../tensor.js';
import type { TensorSpec } from '../tensor-spec.js';
import { answerSpecs, type Protocol, requestSpecs } from './remote-protocol.js';

const FORMAT = 1;
const [ASK, ANSWER, REFUSAL] = ['FEDKASK', 'FEDKANS', 'FEDKERR'].map((magic) => Buffer.from([...Buffer.from(magic), FORMAT])) as [
  Buffer,
  Buffer,
  Buffer,
];
const MAGIC_BYTES = ASK.length;
const FINGERPRINT_BYTES = 32;
const NUMBERS = MAGIC_BYTES + FINGERPRINT_BYTES;
const HEAD_BYTES = NUMBERS + 3 * 8;
const MAX_TEXT_BYTES = 2000;
const MAX_REFUSAL_BYTES = MAGIC_BYTES + MAX_TEXT_BYTES;

/** What decides a client's randomness, with its own seed. */
export interface Place {
  readonly seed: number;
  readonly round: number;
  readonly number: number;
}

/** What a client is asked to compute. */
export interface Question extends Place {
  /** Which of the protocols it is of. */
  readonly pass: number;
  readonly sent: readonly Tensor[];
  readonly own: readonly Tensor[];
}

const bytesOf = (specs: readonly TensorSpec[]): number =>
  specs.reduce((sum, { shape, dtype }) => sum + sizeOf(shape as readonly number[]) * dtypeBytes(dtype), 0);

/** Bytes of a request and an answer. */
export const messageBytes = (protocol: Protocol): number => 2 * HEAD_BYTES + bytesOf([...requestSpecs(protocol), ...answerSpecs(protocol)]);

/** The longest that an answer, or a refusal in place of it, can be. */
export const maxAnswerBytes = (protocol: Protocol): number => Math.max(HEAD_BYTES + bytesOf(answerSpecs(protocol)), MAX_REFUSAL_BYTES);

/** Tensors' bytes, one after another. */
export function writeTensors(tensors: readonly Tensor[]): Uint8Array {
  return Buffer.concat(tensors.map((t) => new Uint8Array(binding().tensorData(t.native))));
}

/** @param shared The bytes of the shared tensors that travel: the same for all clients of a round. */
export function writeRequest(
  { fingerprint }: Protocol,
  { seed, round, number }: Place,
  shared: Uint8Array,
  own: readonly Tensor[],
): Uint8Array {
  const numbers = new DataView(new ArrayBuffer(HEAD_BYTES - NUMBERS));
  [seed, round, number].forEach((n, i) => {
    numbers.setBigInt64(8 * i, BigInt(n), true);
  });
  return joined([ASK, fingerprint, new Uint8Array(numbers.buffer), shared, writeTensors(own)]);
}

// `Buffer.concat` would give transports a part of a pool, with whatever else lies in it.
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const message = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

/** @throws RemoteClientError for anything but a request of one of the protocols */
export function readRequest(request: Uint8Array, protocols: readonly Protocol[]): Question {
  checkMagic('request', request, ASK);
  const pass = protocols.findIndex(({ fingerprint }) => Buffer.compare(fingerprint, request.subarray(MAGIC_BYTES, NUMBERS)) === 0);
  const protocol = protocols[pass];
  if (protocol === undefined)
    throw new RemoteClientError(
      "`request` must be of a process like the endpoint's: the server has another algorithm, model or option, or another version of fedkeras",
    );
  const view = new DataView(request.buffer, request.byteOffset, request.length);
  const [seed, round, number] = [0, 1, 2].map((i) => Number(view.getBigInt64(NUMBERS + 8 * i, true))) as [number, number, number];
  const tensors = readTensors('request', request, requestSpecs(protocol));
  const { length } = protocol.sent;
  return { pass, seed, round, number, sent: tensors.slice(0, length), own: tensors.slice(length) };
}

/** What of a request its answer repeats: a copy, as a transport may give the request away. */
export const topicOf = (request: Uint8Array): Uint8Array => new Uint8Array(request.subarray(MAGIC_BYTES, HEAD_BYTES));

/** The answer to a request. */
export const writeAnswer = (topic: Uint8Array, tensors: readonly Tensor[]): Uint8Array => joined([ANSWER, topic, writeTensors(tensors)]);

/** What is said in place of an answer, cut where it is long. */
export const writeRefusal = (text: string): Uint8Array => joined([REFUSAL, Buffer.from(text).subarray(0, MAX_TEXT_BYTES)]);

/** @throws RemoteClientError for anything but an answer to the request on a topic, and for a refusal, with its text */
export function readAnswer(answer: unknown, topic: Uint8Array, protocol: Protocol): Tensor[] {
  if (!(answer instanceof Uint8Array)) throw new RemoteClientError('`answer` must be a Uint8Array, as `call` promises');
  if (answer.length <= MAX_REFUSAL_BYTES && startsWith(answer, REFUSAL))
    throw new RemoteClientError(`the client says ${JSON.stringify(new TextDecoder().decode(answer.subarray(MAGIC_BYTES)))}`);
  checkMagic('answer', answer, ANSWER);
  if (Buffer.compare(topic, answer.subarray(MAGIC_BYTES, HEAD_BYTES)) !== 0)
    throw new RemoteClientError('`answer` must be to this request, received one to another');
  const tensors = readTensors('answer', answer, answerSpecs(protocol));
  protocol.combined.forEach(({ spec, finite }, i) => {
    if (finite && !isFiniteTensor(tensors[i] as Tensor))
      throw new RemoteClientError(`\`answer\` must be finite, received numbers in tensor ${i}, ${spec}, that are not`);
  });
  return tensors;
}

function isFiniteTensor({ dtype, data }: Tensor): boolean {
  if (dtype === 'float32' || dtype === 'float64') return (data as Float32Array).every(Number.isFinite);
  // Raw bits: those of the exponent are all ones.
  const exponent = { float16: 0x7c00, bfloat16: 0x7f80 }[dtype as string];
  return exponent === undefined || (data as Uint16Array).every((bits) => (bits & exponent) !== exponent);
}

const startsWith = (message: Uint8Array, magic: Uint8Array): boolean => Buffer.compare(message.subarray(0, magic.length), magic) === 0;

function checkMagic(name: string, message: Uint8Array, magic: Uint8Array): void {
  if (startsWith(message, magic)) {
    if (message.length >= HEAD_BYTES) return;
    throw new RemoteClientError(`\`${name}\` must have ${HEAD_BYTES} bytes or more, received ${message.length}`);
  }
  const format = message[MAGIC_BYTES - 1];
  if (format !== undefined && startsWith(message, magic.subarray(0, MAGIC_BYTES - 1)))
    throw new RemoteClientError(`\`${name}\` must be of format ${FORMAT}, received one of format ${format}`);
  throw new RemoteClientError(`\`${name}\` must be ${magic === ASK ? 'a request' : 'an answer'} of fedkeras, received something else`);
}

function readTensors(name: string, message: Uint8Array, specs: readonly TensorSpec[]): Tensor[] {
  const expected = HEAD_BYTES + bytesOf(specs);
  if (message.length !== expected) throw new RemoteClientError(`\`${name}\` must have ${expected} bytes, received ${message.length}`);
  let at = HEAD_BYTES;
  return specs.map(({ shape, dtype }, i) => {
    const sizes = shape as readonly number[];
    const end = at + sizeOf(sizes) * dtypeBytes(dtype);
    // A copy of these bytes alone, wherever they lie.
    const own = new Uint8Array(message.subarray(at, end)).buffer;
    at = end;
    try {
      return tensor(new (arrayClass(dtype as NumericDType))(own), sizes, dtype);
    } catch (cause) {
      throw new RemoteClientError(`\`${name}\` must have 0 or 1 for bool, received others in tensor ${i}`, { cause });
    }
  });
}
