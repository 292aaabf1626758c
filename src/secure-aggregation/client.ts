/**
 * A client's side of a secure sum.
 *
 * Bonawitz et al., "Practical secure aggregation for privacy-preserving machine learning", CCS 2017,
 * https://eprint.iacr.org/2017/281, without signatures, on the neighbours of Bell et al., "Secure single-server aggregation with
 * (poly)logarithmic overhead", CCS 2020, https://eprint.iacr.org/2020/704.
 */
import { randomBytes } from 'node:crypto';
import { checkInteger } from '../validate.js';
import { SecureAggregationError } from './error.js';
import { agree, generateKeyPair, KEY_BYTES, type KeyPair, seal, sealedBytes, unseal } from './keys.js';
import { type Head, readMessage, readRecords, STAGES, writeMessage, writeRecords } from './messages.js';
import { checkParameters, type Parameters, type SecureAggregationOptions } from './parameters.js';
import { splitSecret } from './shamir.js';
import { addMask, reduce, type Vector, wordsOf, wordsOfVector } from './vectors.js';

export interface SecureAggregationClientOptions extends SecureAggregationOptions {
  /** The client's number, which no other client of the sum has; in [0, 2^32). */
  readonly client: number;
}

/** A share's place and its bytes. */
export const SHARE_BYTES = 1 + KEY_BYTES;
/** Shares of the self-mask's seed and of the private mask key, sealed for their recipient. */
export const SEALED_BYTES = sealedBytes(2 * SHARE_BYTES);

/** What a key of two clients is for. */
export const purpose = (what: 'mask' | 'shares', tag: Uint8Array, a: number, b: number): Uint8Array =>
  new Uint8Array(Buffer.from(`fedkeras ${what} ${Buffer.from(tag).toString('hex')} ${Math.min(a, b)} ${Math.max(a, b)}`));

const sealHeader = (from: number, to: number): Uint8Array => new Uint8Array(Uint32Array.of(from, to).buffer);

/** One client of one secure sum: its four methods are called once each, in this order. */
export class SecureAggregationClient {
  readonly client: number;
  readonly #parameters: Parameters;
  readonly #sealing: KeyPair = generateKeyPair();
  readonly #masking: KeyPair = generateKeyPair();
  readonly #seed = new Uint8Array(randomBytes(KEY_BYTES));
  /** Public keys of the neighbours: that for sealing, then that for masks. */
  #neighbours = new Map<number, Uint8Array>();
  /** What this client holds of its own secrets and of its neighbours': seed's share, then key's. */
  #shares = new Map<number, Uint8Array>();
  #stage = 0;

  /** @throws TypeError, ValueError */
  constructor(options: SecureAggregationClientOptions) {
    this.#parameters = checkParameters('SecureAggregationClient', options, ['client']);
    this.client = checkInteger('client', options.client, { min: 0, max: 2 ** 32 - 1 });
  }

  /** Stage 0: the public keys. */
  advertiseKeys(): Uint8Array {
    this.#expect(0);
    return this.#send(0, Buffer.concat([this.#sealing.open, this.#masking.open]));
  }

  /** Stage 1: shares of both secrets, sealed for each neighbour. @throws SecureAggregationError */
  shareKeys(message: Uint8Array): Uint8Array {
    const neighbours = readRecords(this.#read(1, message), 2 * KEY_BYTES);
    const { threshold, numShares, tag } = this.#parameters;
    if (neighbours.has(this.client)) this.#refuse('inconsistent', 'the server names this client as its own neighbour');
    const count = neighbours.size + 1;
    if (count > numShares) this.#refuse('inconsistent', `there must be at most ${numShares} holders of shares, received ${count}`);
    this.#checkEnough(1, count);
    const keys = [
      this.#sealing.open,
      this.#masking.open,
      ...[...neighbours.values()].flatMap((k) => [k.slice(0, KEY_BYTES), k.slice(KEY_BYTES)]),
    ];
    if (new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size !== keys.length)
      this.#refuse('inconsistent', 'public keys must all be different');
    const seeds = splitSecret(this.#seed, count, threshold);
    const secrets = splitSecret(this.#masking.secret, count, threshold);
    const texts = seeds.map((seed, i) => new Uint8Array([seed.x, ...seed.y, seed.x, ...(secrets[i] as typeof seed).y]));
    const sealed = [...neighbours].map(([to, open], i) => {
      const key = agree(this.#sealing.secret, open.subarray(0, KEY_BYTES), purpose('shares', tag, this.client, to));
      return [to, seal(key, texts[i + 1] as Uint8Array, sealHeader(this.client, to))] as const;
    });
    this.#neighbours = neighbours;
    this.#shares.set(this.client, texts[0] as Uint8Array);
    return this.#send(1, writeRecords(sealed));
  }

  /** Stage 2: the value under the client's own mask and those it has with each neighbour that shared. @throws SecureAggregationError, TypeError, ValueError */
  maskedInput(message: Uint8Array, value: Vector): Uint8Array {
    const received = readRecords(this.#read(2, message), SEALED_BYTES);
    const { bits, length, tag } = this.#parameters;
    const words = wordsOf(bits);
    const total = wordsOfVector(value, length, bits);
    this.#checkEnough(2, received.size + 1);
    const shares = new Map(this.#shares);
    addMask(total, this.#seed, 1, words);
    for (const [from, sealed] of received) {
      const open = this.#neighbours.get(from);
      if (open === undefined) return this.#refuse('unknownClient', `client ${from} is no neighbour`);
      try {
        const key = agree(this.#sealing.secret, open.subarray(0, KEY_BYTES), purpose('shares', tag, this.client, from));
        shares.set(from, unseal(key, sealed, sealHeader(from, this.client)));
      } catch (cause) {
        throw new SecureAggregationError('tampered', `client ${this.client}: the shares from client ${from} are not what it sealed`, {
          cause,
        });
      }
      const mask = agree(this.#masking.secret, open.subarray(KEY_BYTES), purpose('mask', tag, this.client, from));
      addMask(total, mask, this.client < from ? 1 : -1, words);
    }
    reduce(total, bits);
    this.#shares = shares;
    return this.#send(2, new Uint8Array(total.buffer));
  }

  /** Stage 3: of each neighbour that shared, the seed's share if it sent its input, else the key's; never both. @throws SecureAggregationError */
  unmask(message: Uint8Array): Uint8Array {
    const survivors = readRecords(this.#read(3, message), 0);
    for (const survivor of survivors.keys())
      if (!this.#shares.has(survivor))
        this.#refuse('inconsistent', `client ${survivor} cannot have sent its input: it has not shared its keys`);
    if (!survivors.has(this.client)) this.#refuse('inconsistent', 'the server says that this client has not sent its input');
    this.#checkEnough(3, survivors.size);
    const shares = [...this.#shares].map(([of, both]) => {
      const kind = survivors.has(of) ? 0 : 1;
      return [of, new Uint8Array([kind, ...both.subarray(kind * SHARE_BYTES, (kind + 1) * SHARE_BYTES)])] as const;
    });
    return this.#send(3, writeRecords(shares));
  }

  #refuse(reason: 'inconsistent' | 'unknownClient' | 'wrongStage' | 'malformed', message: string): never {
    throw new SecureAggregationError(reason, `client ${this.client}: ${message}`);
  }

  #expect(stage: number): void {
    if (this.#stage !== stage)
      this.#refuse(
        'wrongStage',
        `${STAGES[stage]} must be called once and in its turn, received it ${this.#stage > stage ? 'again' : 'early'}`,
      );
  }

  #read(stage: number, message: Uint8Array): Uint8Array {
    this.#expect(stage);
    const { client, body } = readMessage(message, { stage, from: 'server', tag: this.#parameters.tag });
    if (client !== this.client) this.#refuse('malformed', `the message is for client ${client}`);
    return body;
  }

  #checkEnough(stage: number, count: number): void {
    const { threshold } = this.#parameters;
    if (count < threshold)
      throw new SecureAggregationError(
        'tooFew',
        `client ${this.client}: ${STAGES[stage]} needs ${threshold} clients that hold shares, received ${count}`,
      );
  }

  #send(stage: number, body: Uint8Array): Uint8Array {
    this.#stage = stage + 1;
    const head: Head = { stage, from: 'client', tag: this.#parameters.tag, client: this.client };
    return writeMessage(head, body);
  }
}
