/** The clients of a round, and which of them are left out because they failed. */
import { checkClientCount } from '../aggregators/aggregation-process.js';
import { TooFewClientsError } from '../errors.js';
import { checkFunction, checkNumber, checkOptions, describe, mustBe } from '../validate.js';
import type { RoundProgress } from './run-clients.js';

/** How a round is run. */
export interface NextOptions {
  /** Stops the round between clients; `next` is then rejected with the signal's reason, and the old state stays usable. */
  readonly signal?: AbortSignal | undefined;
  /** Called as clients finish. Where one has to be left out of a round that has begun, the count begins anew. */
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
  /**
   * The part of the clients, above 0 and at most 1, that must complete a round. With 1, the default, a client that fails fails the round;
   * below it, clients that fail to load, have data that do not fit the model, or fail in their training are left out, and `failures` names
   * them. The result is then, bit by bit, that of a round with the other clients alone, in their order: also for an algorithm that asks
   * clients twice. Clients may be loaded again for it. Only a remote client that fails keeps its number, and others their randomness: they are
   * not asked again.
   */
  readonly minCompletionRate?: number | undefined;
  /**
   * Milliseconds, above 0, that a client's function may take for its data; no limit by default. A client that takes longer has failed. Which
   * clients do is not reproducible, as time is not; the round of the others is. Training is not timed: it is not the client's time, except
   * that of a remote client, which has so long for its answer.
   */
  readonly clientTimeout?: number | undefined;
}

/** A client that was left out of a round. */
export interface ClientFailure {
  /** Its place in the list of clients. */
  readonly position: number;
  /** What it failed with. */
  readonly error: unknown;
}

/** Options of what takes several rounds. A client that fails in one of them is left out of those after it. */
export type RoundsOptions = Omit<NextOptions, 'onProgress'>;
export const ROUNDS_OPTIONS = ['signal', 'minCompletionRate', 'clientTimeout'] as const;

/** Clients without those that have failed. */
export const withoutFailed = <C>(clients: readonly C[], failures: readonly ClientFailure[]): C[] => {
  const failed = new Set(failures.map(({ position }) => position));
  return clients.filter((_, i) => !failed.has(i));
};

// The longest time that a timer takes.
const LONGEST = 2 ** 31 - 1;

/** @throws TypeError, ValueError for options of the wrong kind or out of range */
export function checkNextOptions(options: NextOptions): NextOptions {
  checkOptions('options', options, ['onProgress', ...ROUNDS_OPTIONS]);
  const { signal, onProgress, minCompletionRate, clientTimeout } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw mustBe('signal', 'an AbortSignal', signal);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
  if (minCompletionRate !== undefined) checkNumber('minCompletionRate', minCompletionRate, { min: Number.MIN_VALUE, max: 1 });
  if (clientTimeout !== undefined) checkNumber('clientTimeout', clientTimeout, { min: Number.MIN_VALUE, max: LONGEST });
  return options;
}

export interface CohortOptions extends Pick<NextOptions, 'minCompletionRate'> {
  /** The fewest clients of the parts of an algorithm. */
  readonly parts: readonly { readonly minClients?: number | undefined }[];
  /** Where the clients are in the list that the user gave; all of it by default. */
  readonly positions?: readonly number[];
}

/** Clients by their places, from 0 on. */
export class Cohort<C> {
  readonly clients: readonly C[];
  readonly #positions: readonly number[];
  readonly #rate: number;
  readonly #needed: number;
  readonly #failed = new Map<number, unknown>();

  /** @throws TypeError, ValueError for no list, or too few clients for a part */
  constructor(clients: readonly C[], { minCompletionRate = 1, parts, positions }: CohortOptions) {
    if (!Array.isArray(clients)) throw mustBe('clients', 'a list of client datasets', clients);
    for (const part of parts) checkClientCount('clients', clients.length, part);
    this.clients = clients;
    this.#positions = positions ?? clients.map((_, i) => i);
    this.#rate = minCompletionRate;
    // `0.07 * 100` is a little more than 7.
    const least = Math.ceil(minCompletionRate * clients.length * (1 - Number.EPSILON));
    this.#needed = Math.max(1, least, ...parts.map(({ minClients = 1 }) => minClients));
  }

  /** How many clients have not failed. */
  get size(): number {
    return this.clients.length - this.#failed.size;
  }

  /** Places of the clients that have not failed. */
  get places(): number[] {
    return this.clients.flatMap((_, place) => (this.#failed.has(place) ? [] : [place]));
  }

  get failures(): ClientFailure[] {
    const places = [...this.#failed.keys()].sort((a, b) => a - b);
    return places.map((place) => ({ position: this.position(place), error: this.#failed.get(place) }));
  }

  /** Where a client is in the list that the user gave. */
  position(place: number): number {
    return this.#positions[place] as number;
  }

  /** Goes on without a client. @throws The error where all clients must complete; TooFewClientsError where too few are left */
  leaveOut(place: number, error: unknown): void {
    if (this.#rate === 1) throw error;
    this.#failed.set(place, error);
    const left = this.size;
    if (left >= this.#needed) return;
    const { failures } = this;
    throw new TooFewClientsError(
      `at most ${left} of the round's ${this.clients.length} clients can complete it, and ${this.#needed} must: ${failures.map(textOf).join('; ')}`,
      failures,
    );
  }
}

function textOf({ position, error }: ClientFailure): string {
  const name = `clients[${position}]`;
  const text = error instanceof Error ? error.message : describe(error);
  return text.includes(name) ? text : `${name}: ${text}`;
}
