/** What all clients and the server of one secure sum agree on beforehand. */
import { createHash } from 'node:crypto';
import { checkInteger, checkOptions, checkString, mustHold } from '../validate.js';

export interface SecureAggregationOptions {
  /** A name that no other sum has, such as that of the training and the number of the round: keys are bound to it. */
  readonly session: string;
  /** How many numbers a client sends; at least 1. */
  readonly length: number;
  /** Numbers and sum are modulo 2^bits, in [1, 64]; 32 by default, as Flower's `modulus_range`. Sums beyond that wrap around. */
  readonly bits?: number;
  /**
   * Among how many clients, itself included, a client's secrets are shared, in [3, 255]. With fewer clients than that everyone is
   * everyone's neighbour (SecAgg); with more, clients stand in a ring and are neighbours of the nearest (SecAgg+), where an even
   * number counts one more so that there are as many on both sides.
   */
  readonly numShares: number;
  /**
   * How many shares give a secret back; above half of `numShares`, so that a server that tells half of the clients one thing and
   * half another does not get both of a client's secrets. Where a third of the clients may help it, it takes more than two thirds.
   */
  readonly reconstructionThreshold: number;
}

export interface Parameters {
  readonly tag: Uint8Array;
  readonly length: number;
  readonly bits: number;
  readonly numShares: number;
  readonly threshold: number;
}

const KEYS = ['session', 'length', 'bits', 'numShares', 'reconstructionThreshold'];
export const TAG_BYTES = 16;

export function checkParameters(name: string, options: SecureAggregationOptions, more: readonly string[] = []): Parameters {
  checkOptions(`options of ${name}`, options, [...KEYS, ...more]);
  const session = checkString('session', options.session);
  const length = checkInteger('length', options.length, { min: 1, max: 2 ** 28 });
  const bits = checkInteger('bits', options.bits ?? 32, { min: 1, max: 64 });
  const given = checkInteger('numShares', options.numShares, { min: 3, max: 255 });
  const numShares = given % 2 === 0 ? given + 1 : given;
  const threshold = checkInteger('reconstructionThreshold', options.reconstructionThreshold, { min: 2, max: given });
  if (2 * threshold <= numShares) throw mustHold('reconstructionThreshold', `above half of the ${numShares} shares`, threshold);
  // Clients with other parameters have another session: their messages do not fit.
  const text = JSON.stringify([session, length, bits, numShares, threshold]);
  return { tag: new Uint8Array(createHash('sha256').update(text).digest().subarray(0, TAG_BYTES)), length, bits, numShares, threshold };
}
