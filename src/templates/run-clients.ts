/** Running a cohort: loads clients as their turn comes, keeps the native pool busy, and bounds what waits. */
import { setMaxListeners } from 'node:events';
import type { Client, ReadyClient } from '../data/client-data.js';
import { ClientDataset } from '../data/client-dataset.js';
import { RemoteClient } from '../data/remote-client.js';
import { typeError } from '../errors.js';
import { type Accumulator, type ClientComputation, failedItem } from '../graph/computation.js';
import { anyBatch, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec, toSampleWeight, toTensors } from '../models/batch.js';
import type { Reduction } from '../native/binding.js';
import { binding, concurrency } from '../native/loader.js';
import { type Tensor, tensor } from '../tensor.js';
import { flatten, type Tree } from '../tree.js';
import { mustBe } from '../validate.js';
import { datasetTensors } from './batches.js';
import type { Cohort } from './cohort.js';
import { RemoteCalls } from './remote-calls.js';
import type { Protocol } from './remote-protocol.js';
import { within } from './within.js';

/** How far a round is. */
export interface RoundProgress {
  /** Clients that have finished. */
  readonly clients: number;
  /** Clients of the round. */
  readonly total: number;
}

export interface RunClientsOptions {
  /** The clients; those that fail, where it may be, are left out of it. */
  readonly cohort: Cohort<Client>;
  readonly spec: InputSpec;
  readonly seed: number;
  readonly round: number;
  readonly shared: readonly Tensor[];
  readonly program: (shuffle: boolean) => {
    readonly clients: ClientComputation;
    readonly reductions: readonly Reduction[];
    /** How remote clients are asked; without it there may be none. */
    readonly protocol?: () => Protocol;
  };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
  readonly clientTimeout?: number | undefined;
  /** Called before the first client, and again where all are run anew. */
  readonly begin?: (() => void) | undefined;
  /** What a client gets besides its data: nothing by default. Its place is that in the cohort, its number that which decides its randomness. */
  readonly own?: (client: ReadyClient, place: number, number: number) => Tree<Tensor>;
}

/** What the clients of a round gave. */
export interface RoundResults {
  readonly combined: Tree<Tensor>;
  readonly shuffled: boolean;
  /** What each client gave by itself, by its number; nothing of one that failed. */
  readonly returned: readonly Tree<Tensor>[];
}

// A call into the addon costs a few microseconds, and a small model's client some tens: clients go in groups that take about this long, both to
// run and to be made ready, which nothing else in the program can interrupt.
const GROUP_MILLISECONDS = 4;
const MAX_GROUP = 64;
const FIRST_GROUP = 2;
/** How large the groups of a computation's clients have become: its next clients are taken to be like those. */
const groupSizes = new WeakMap<ClientComputation, number>();
/** Groups in flight, at least: one runs while the next is made ready. */
const IN_FLIGHT = 2;

/** Data sets that fit a spec: most take part in many rounds. */
const checkedData = new WeakMap<InputSpec, WeakSet<ClientDataset>>();

/** A client has been left out that others were counted after. */
class LeftOut {
  constructor(readonly place: number) {}
}

/**
 * Runs every client of the cohort that has not failed, and combines their results in the clients' order.
 *
 * A client that cannot be loaded is left out before it has a number, which decides its randomness. One that fails in its run had one, and those
 * after it theirs: all are run anew then, after a run of those after it alone, which finds out what others fail. A remote client that fails
 * keeps its number: others are not asked twice because of it.
 *
 * @throws What the first failing client threw, where all must complete; TooFewClientsError where too few have; the signal's reason. Everything
 *   made for the round is freed then.
 */
export async function runClients(options: RunClientsOptions): Promise<RoundResults> {
  const { cohort, spec } = options;
  const checked = checkedData.get(spec) ?? new WeakSet<ClientDataset>();
  checkedData.set(spec, checked);
  for (let from = 0; ; ) {
    const places = cohort.places.filter((place) => place >= from);
    try {
      const results = await new Run(options, checked, from === 0).over(places);
      if (from === 0) return results as RoundResults;
      // Of clients that have left no result there are holes.
      for (const t of flatten<Tensor>([results?.combined ?? [], ...Object.values(results?.returned ?? [])])) t.dispose();
      from = 0;
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      from = error.place + 1;
    }
  }
}

/** A client that is ready. */
interface Ready<C = ReadyClient> {
  readonly place: number;
  readonly client: C;
  /** Whether its data have been made for this round, as far as is known: they were not seen before. */
  readonly isNew: boolean;
}

/** One run of some clients. */
class Run {
  readonly #options: RunClientsOptions;
  readonly #checked: WeakSet<ClientDataset>;
  /** Whether remote clients are called, and not left alone. */
  readonly #calling: boolean;
  readonly #cancellation = binding().cancellationNew();
  readonly #stopped = new AbortController();
  #shuffled: boolean | undefined;
  #accumulator: Accumulator | undefined;
  #calls: RemoteCalls | undefined;
  #failure: { readonly error: unknown } | undefined;
  readonly #returned: Tree<Tensor>[] = [];
  /** Groups of clients that run here. */
  readonly #running = new Set<Promise<void>>();
  /** Remote clients so far, the last ones as many as may be under way: each is settled when those before it are. */
  #asked: Promise<void>[] = [];
  /** The next client's number. */
  #number = 0;
  /** The next result's place in the accumulator. */
  #position = 0;
  #size = FIRST_GROUP;
  #inFlight = 0;
  #done = 0;

  constructor(options: RunClientsOptions, checked: WeakSet<ClientDataset>, calling: boolean) {
    this.#options = options;
    this.#checked = checked;
    // One for each call: Node takes more than ten for a leak.
    setMaxListeners(0, this.#stopped.signal);
    this.#calling = calling;
  }

  /** What the clients at some places give; nothing comes of no clients. @throws LeftOut */
  async over(places: readonly number[]): Promise<RoundResults | undefined> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    this.#options.begin?.();
    const cancel = (): void => this.#cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#resume(places[0]);
      for (let next = 0; next < places.length && this.#failure === undefined; ) {
        signal?.throwIfAborted();
        const began = performance.now();
        // Threads wait for the first ones, which are fewer.
        const count = next === 0 ? Math.max(FIRST_GROUP, this.#size >> 1) : this.#size;
        const loading = places.slice(next, next + count).map((place) => this.#known(place) ?? this.#load(place));
        const loadingBlocked = performance.now() - began;
        next += loading.length;
        const ready = loading.some((one) => one instanceof Promise) ? await Promise.all(loading) : (loading as Ready[][]);
        await this.#runGroup(ready.flat(), loadingBlocked);
      }
      await this.#end();
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#accumulator === undefined || this.#position === 0) return undefined;
      return { combined: this.#accumulator.take(this.#position), shuffled: this.#shuffled ?? false, returned: this.#returned };
    } catch (error) {
      cancel();
      await this.#end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#accumulator?.dispose();
    }
  }

  /** Takes up the size of groups of rounds before, where the first client has been in one: what it runs is compiled. */
  #resume(first: number | undefined): void {
    const client = this.#options.cohort.clients[first ?? -1];
    if (client instanceof ClientDataset && this.#checked.has(client))
      this.#size = groupSizes.get(this.#options.program(client.shuffle).clients) ?? this.#size;
  }

  #cancel(): void {
    binding().cancellationCancel(this.#cancellation);
    this.#stopped.abort(this.#options.signal?.reason);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#cancel();
  }

  /** Until nothing is under way. */
  async #end(): Promise<void> {
    await Promise.all([...this.#running, ...this.#asked]);
  }

  #name(place: number): string {
    return `clients[${this.#options.cohort.position(place)}]`;
  }

  #leaveOut(place: number, error: unknown): void {
    this.#options.signal?.throwIfAborted();
    this.#options.cohort.leaveOut(place, error);
  }

  /** A client whose data are here and have been checked: for most there is nothing to wait for, and promises would cost as much as all else. */
  #known(place: number): Ready[] | undefined {
    const client = this.#options.cohort.clients[place];
    return client instanceof ClientDataset && this.#checked.has(client) ? [{ place, client, isNew: false }] : undefined;
  }

  async #load(place: number): Promise<Ready[]> {
    const { cohort, spec, signal, clientTimeout } = this.#options;
    const name = this.#name(place);
    const given = cohort.clients[place];
    try {
      const loading = load(given, name, dataSpecs(spec), this.#checked);
      const { client, isNew } = await within(loading, { signal, milliseconds: clientTimeout }, name);
      return [{ place, client, isNew: isNew && typeof given === 'function' }];
    } catch (error) {
      this.#leaveOut(place, error);
      return [];
    }
  }

  async #runGroup(ready: readonly Ready[], loadingBlocked: number): Promise<void> {
    let here: Ready<ClientDataset>[] = [];
    for (const { place, client, isNew } of ready) {
      if (client instanceof ClientDataset) {
        here.push({ place, client, isNew });
        continue;
      }
      await this.#runHere(here, loadingBlocked);
      here = [];
      if (this.#calling) await this.#ask(place, client);
    }
    await this.#runHere(here, loadingBlocked);
  }

  /** Begins with clients whose data are here, which took milliseconds to load in which nothing else could be done. */
  async #runHere(ready: readonly Ready<ClientDataset>[], loadingBlocked: number): Promise<void> {
    const [first] = ready;
    if (first === undefined) return;
    // Their places in the accumulator depend on which of the remote clients before them fail.
    await this.#asked.at(-1);
    if (this.#failure !== undefined) return;
    const { cohort, shared, own = () => [], onProgress, ...options } = this.#options;
    this.#shuffled ??= first.client.shuffle;
    const shuffled = this.#shuffled;
    const positions = ready.map(({ place }) => cohort.position(place));
    const strange = ready.findIndex(({ client }) => client.shuffle !== shuffled);
    if (strange >= 0)
      throw typeError(
        `\`clients[${positions[strange]}]\` must ${shuffled ? 'be' : 'not be'} shuffled as the clients before: a round shuffles all of its clients or none`,
      );
    const program = options.program(shuffled);
    if (this.#accumulator === undefined) this.#size = groupSizes.get(program.clients) ?? this.#size;
    this.#accumulator ??= this.#accumulate(program);
    const [begin, beginNumber] = [this.#position, this.#number];
    const resumed = performance.now();
    const items = ready.map(({ client, place }, i) => [
      datasetTensors(client, clientSeed(options.seed, options.round, beginNumber + i, client.seed)),
      own(client, place, beginNumber + i),
    ]);
    const started = performance.now();
    const blocked = (): number => loadingBlocked + submitted - resumed;
    this.#inFlight += items.length;
    const run: Promise<void> = program.clients
      .runMany(
        shared,
        items,
        this.#accumulator,
        begin,
        this.#cancellation,
        positions,
        ready.map(({ isNew }) => isNew),
      )
      .then((results) => {
        results.forEach((result, i) => {
          this.#returned[beginNumber + i] = result;
        });
        this.#done += items.length;
        onProgress?.({ clients: this.#done, total: cohort.size });
        if (items.length !== this.#size) return;
        if (blocked() > GROUP_MILLISECONDS) this.#size = Math.max(1, this.#size >> 1);
        else if (performance.now() - started < GROUP_MILLISECONDS && 2 * blocked() < GROUP_MILLISECONDS)
          this.#size = Math.min(MAX_GROUP, this.#size * 2);
        groupSizes.set(program.clients, this.#size);
      })
      .catch((error: unknown) => {
        const failed = ready[failedItem(error) ?? -1];
        if (failed === undefined) throw error;
        this.#leaveOut(failed.place, error);
        throw new LeftOut(failed.place);
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#inFlight -= items.length;
        this.#running.delete(run);
      });
    const submitted = performance.now();
    this.#running.add(run);
    this.#position += items.length;
    this.#number += items.length;
    // Two for each thread: none has to wait for this one.
    if (this.#running.size >= IN_FLIGHT && this.#inFlight >= 2 * concurrency(program.clients.resultBytes))
      await Promise.race(this.#running);
  }

  #accumulate({ clients, reductions }: ReturnType<RunClientsOptions['program']>): Accumulator {
    const atOnce = concurrency(clients.resultBytes);
    return clients.accumulator(reductions, atOnce < concurrency() ? atOnce : null);
  }

  /** Begins with a client whose data are elsewhere. */
  async #ask(place: number, client: RemoteClient): Promise<void> {
    const { cohort, seed, round, shared, own = () => [], onProgress, clientTimeout } = this.#options;
    const program = this.#options.program(this.#shuffled ?? false);
    this.#accumulator ??= this.#accumulate(program);
    const accumulator = this.#accumulator;
    // Cohorts of a program without a protocol have no remote clients.
    this.#calls ??= new RemoteCalls((program.protocol as () => Protocol)(), shared);
    const calls = this.#calls;
    if (this.#asked.length >= calls.limit) await this.#asked.shift();
    if (this.#failure !== undefined) return;
    const number = this.#number++;
    const before = [...this.#running, this.#asked.at(-1)];
    const limits = { signal: this.#stopped.signal, milliseconds: clientTimeout };
    const answer = calls
      .call(client, { seed, round, number }, own(client, place, number), this.#name(place), limits)
      .catch((error: unknown): undefined => {
        if (!this.#stopped.signal.aborted) this.#leaveOut(place, error);
      });
    const asked = Promise.all([answer, ...before])
      .then(([result]) => {
        if (result === undefined || this.#failure !== undefined) return;
        accumulator.add(this.#position, result.combined);
        for (const t of result.combined) t.dispose();
        this.#position += 1;
        this.#returned[number] = result.returned;
        this.#done += 1;
        onProgress?.({ clients: this.#done, total: cohort.size });
      })
      .catch((error: unknown) => this.#fail(error));
    this.#asked.push(asked);
  }
}

/** The specs of clients' tensors. */
type DataSpecs = Readonly<Record<'x' | 'y' | 'sampleWeight', ReturnType<typeof anyBatch>>>;
export const dataSpecs = (spec: InputSpec): DataSpecs => ({
  x: anyBatch(inputsSpec(spec)),
  y: anyBatch(labelsSpec(spec)),
  sampleWeight: anyBatch(sampleWeightSpec(spec)),
});

/** @throws TypeError, ValueError for data that does not fit the specs */
export function checkData(name: string, specs: DataSpecs, { x, y, sampleWeight }: ClientDataset): void {
  toTensors(`${name}.x`, specs.x, x);
  toTensors(`${name}.y`, specs.y, y);
  toSampleWeight(`${name}.sampleWeight`, specs.sampleWeight, flatten(sampleWeight).length === 0 ? undefined : sampleWeight);
}

async function load(
  given: Client | undefined,
  name: string,
  specs: DataSpecs,
  checked: WeakSet<ClientDataset>,
): Promise<Omit<Ready, 'place'>> {
  const client = typeof given === 'function' ? await given() : given;
  if (client instanceof RemoteClient) return { client, isNew: false };
  if (!(client instanceof ClientDataset)) throw mustBe(name, 'a clientDataset or a remoteClient, or a function that returns one', client);
  const isNew = !checked.has(client);
  if (isNew) checkData(name, specs, client);
  checked.add(client);
  return { client, isNew };
}

/** Two words that differ for every client of every round, whatever the order in which clients run (splitmix64). */
export function clientSeed(seed: number, round: number, position: number, datasetSeed: number): Tensor {
  const a = splitmix(BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(round));
  const b = splitmix(a ^ (BigInt(position) * 0xbf58476d1ce4e5b9n + BigInt(datasetSeed)));
  return tensor(BigInt64Array.of(a >> 2n, b >> 2n));
}

function splitmix(value: bigint): bigint {
  let z = BigInt.asUintN(64, value + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
