/** The server's side of a secure sum: it sees masked inputs and their sum, see `SecureAggregationClient` for the papers. */
import { randomInt } from 'node:crypto';
import { purpose, SEALED_BYTES, SHARE_BYTES } from './client.js';
import { SecureAggregationError } from './error.js';
import { agree, KEY_BYTES, openKey } from './keys.js';
import { readMessage, readRecords, STAGES, writeMessage, writeRecords } from './messages.js';
import { checkParameters, type Parameters, type SecureAggregationOptions } from './parameters.js';
import { combineShares, type Share } from './shamir.js';
import { addMask, addWords, reduce, wordsOf } from './vectors.js';

/** Clients in a random ring, each with the nearest `numShares - 1`; all with all where there are no more than `numShares`. */
export function makeNeighbours(clients: readonly number[], numShares: number): Map<number, number[]> {
  const ring = [...clients];
  for (let i = ring.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [ring[i], ring[j]] = [ring[j] as number, ring[i] as number];
  }
  const others = Math.min(numShares, ring.length) - 1;
  const first = ring.length <= numShares ? 1 : -others / 2;
  return new Map(
    ring.map((client, i) => {
      const steps = Array.from({ length: others + 1 }, (_, k) => first + k).filter((step) => step !== 0);
      return [client, steps.slice(0, others).map((step) => ring[(i + step + ring.length) % ring.length] as number)];
    }),
  );
}

/** The server of one secure sum: `receive` takes a stage's messages, `advance` ends the stage, `sum` ends the protocol. */
export class SecureAggregationServer {
  readonly #parameters: Parameters;
  readonly #total: Uint32Array;
  readonly #keys = new Map<number, Uint8Array>();
  #neighbours = new Map<number, readonly number[]>();
  /** By sender, then by recipient. */
  readonly #sealed = new Map<number, Map<number, Uint8Array>>();
  readonly #survivors = new Set<number>();
  /** By who has sent them, then by whose secret it is. */
  readonly #shares = new Map<number, Map<number, Uint8Array>>();
  #stage = 0;

  /** @throws TypeError, ValueError */
  constructor(options: SecureAggregationOptions) {
    this.#parameters = checkParameters('SecureAggregationServer', options);
    this.#total = new Uint32Array(this.#parameters.length * wordsOf(this.#parameters.bits));
  }

  /** Takes a client's message of this stage. A refused one changes nothing: the client counts as lost unless it sends a good one. @throws SecureAggregationError */
  receive(message: Uint8Array): void {
    const { client, body } = readMessage(message, { stage: this.#stage, from: 'client', tag: this.#parameters.tag });
    const before = [undefined, this.#keys, this.#sealed, this.#survivors][this.#stage];
    if (before !== undefined && !before.has(client))
      throw new SecureAggregationError('unknownClient', `client ${client} has not taken part in ${STAGES[this.#stage - 1]}`);
    if ([this.#keys, this.#sealed, this.#survivors, this.#shares][this.#stage]?.has(client))
      throw new SecureAggregationError('duplicate', `client ${client} has already sent its message of ${STAGES[this.#stage]}`);
    if (this.#stage === 0) {
      checkLength(client, body, 2 * KEY_BYTES);
      this.#keys.set(client, body.slice());
    } else if (this.#stage === 1) {
      this.#sealed.set(client, this.#records(client, body, SEALED_BYTES, this.#neighbours.get(client) as number[]));
    } else if (this.#stage === 2) {
      checkLength(client, body, this.#total.byteLength);
      addWords(this.#total, new Uint32Array(body.slice().buffer), 1, wordsOf(this.#parameters.bits));
      this.#survivors.add(client);
    } else {
      const records = this.#records(client, body, 1 + SHARE_BYTES, [client, ...this.#sharing(client)]);
      for (const [of, [kind]] of records)
        if (kind !== (this.#survivors.has(of) ? 0 : 1))
          throw new SecureAggregationError('tampered', `client ${client} has sent the share of client ${of} that it was not asked for`);
      this.#shares.set(client, records);
    }
  }

  /** Ends the stage and gives the message for each client that is left. @throws SecureAggregationError, ValueError */
  advance(): Map<number, Uint8Array> {
    const { numShares } = this.#parameters;
    const present = [this.#keys, this.#sealed, this.#survivors][this.#stage];
    if (present === undefined) throw new SecureAggregationError('wrongStage', 'unmask is the last stage, which `sum` ends');
    this.#checkEnough(present.size, 'clients');
    if (this.#stage === 0) this.#neighbours = makeNeighbours([...this.#keys.keys()], numShares);
    const next = this.#stage + 1;
    const messages = new Map([...present.keys()].map((client) => [client, this.#messageFor(client, next)] as const));
    this.#stage = next;
    return messages;
  }

  /** The sum of the inputs that were sent, modulo 2^bits: a `Uint32Array` up to 32 bits, else a `BigUint64Array`. @throws SecureAggregationError */
  sum(): Uint32Array | BigUint64Array {
    if (this.#stage !== 3)
      throw new SecureAggregationError('wrongStage', `\`sum\` must come after unmask, received it in ${STAGES[this.#stage]}`);
    const { bits, tag } = this.#parameters;
    const words = wordsOf(bits);
    this.#checkEnough(this.#shares.size, 'clients');
    const total = this.#total.slice();
    for (const client of this.#sealed.keys()) {
      // A client that was lost, and whose neighbours all were, has left no mask.
      const masked = this.#sharing(client).filter((other) => this.#survivors.has(other));
      const isLost = !this.#survivors.has(client);
      if (isLost && masked.length === 0) continue;
      const secret = this.#reconstruct(client);
      if (!isLost) {
        addMask(total, secret, -1, words);
        continue;
      }
      const own = this.#keys.get(client) as Uint8Array;
      if (!Buffer.from(openKey(secret)).equals(own.subarray(KEY_BYTES)))
        throw new SecureAggregationError('tampered', `the shares of client ${client} do not give the key that it has advertised`);
      for (const other of masked) {
        const key = agree(secret, (this.#keys.get(other) as Uint8Array).subarray(KEY_BYTES), purpose('mask', tag, client, other));
        addMask(total, key, other < client ? -1 : 1, words);
      }
    }
    reduce(total, bits);
    return words === 1 ? total : new BigUint64Array(total.buffer);
  }

  /** Neighbours that have shared their keys. */
  #sharing(client: number): number[] {
    return (this.#neighbours.get(client) as readonly number[]).filter((other) => this.#sealed.has(other));
  }

  #messageFor(client: number, stage: number): Uint8Array {
    const head = { stage, from: 'server', tag: this.#parameters.tag, client } as const;
    if (stage === 1) {
      const neighbours = this.#neighbours.get(client) as readonly number[];
      return writeMessage(head, writeRecords(neighbours.map((other) => [other, this.#keys.get(other) as Uint8Array] as const)));
    }
    const sharing = this.#sharing(client);
    if (stage === 2)
      return writeMessage(head, writeRecords(sharing.map((from) => [from, this.#sealed.get(from)?.get(client) as Uint8Array] as const)));
    const alive = [client, ...sharing].filter((other) => this.#survivors.has(other));
    return writeMessage(head, writeRecords(alive.map((other) => [other, new Uint8Array(0)] as const)));
  }

  #reconstruct(client: number): Uint8Array {
    const shares: Share[] = [];
    for (const holder of [client, ...this.#sharing(client)]) {
      const share = this.#shares.get(holder)?.get(client);
      if (share !== undefined) shares.push({ x: share[1] as number, y: share.subarray(2) });
    }
    this.#checkEnough(shares.length, `shares of client ${client}`);
    return combineShares(shares.slice(0, this.#parameters.threshold));
  }

  #records(client: number, body: Uint8Array, bytes: number, expected: readonly number[]): Map<number, Uint8Array> {
    const records = readRecords(body, bytes);
    if (records.size !== expected.length || !expected.every((other) => records.has(other)))
      throw new SecureAggregationError(
        'malformed',
        `client ${client} must send one record for each of ${expected.length} clients, received ${records.size}`,
      );
    return records;
  }

  #checkEnough(count: number, what: string): void {
    const { threshold } = this.#parameters;
    if (count < threshold)
      throw new SecureAggregationError(
        'tooFew',
        `${STAGES[this.#stage]} needs ${threshold} ${what}, received ${count} of ${this.#keys.size} clients`,
      );
  }
}

function checkLength(client: number, body: Uint8Array, bytes: number): void {
  if (body.length !== bytes)
    throw new SecureAggregationError('malformed', `client ${client} must send ${bytes} bytes, received ${body.length}`);
}
