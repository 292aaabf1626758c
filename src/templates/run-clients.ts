/** Running a cohort: loads clients as their turn comes, keeps the native pool busy, and bounds what waits. */
import type { Client } from '../data/client-data.js';
import { ClientDataset } from '../data/client-dataset.js';
import { ClientTimeoutError, typeError } from '../errors.js';
import { type Accumulator, type ClientComputation, failedItem } from '../graph/computation.js';
import { anyBatch, type InputSpec, inputsSpec, labelsSpec, sampleWeightSpec, toSampleWeight, toTensors } from '../models/batch.js';
import type { Reduction } from '../native/binding.js';
import { binding, concurrency } from '../native/loader.js';
import { type Tensor, tensor } from '../tensor.js';
import { flatten, type Tree } from '../tree.js';
import { mustBe } from '../validate.js';
import { datasetTensors } from './batches.js';
import type { Cohort } from './cohort.js';

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
  readonly program: (shuffle: boolean) => { readonly clients: ClientComputation; readonly reductions: readonly Reduction[] };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined;
  readonly clientTimeout?: number | undefined;
  /** Called before the first client, and again where all are run anew. */
  readonly begin?: (() => void) | undefined;
  /** What a client gets besides its data: nothing by default. Its place is that in the cohort, its position that among those that have not failed. */
  readonly own?: (dataset: ClientDataset, place: number, position: number) => Tree<Tensor>;
}

/** What the clients of a round gave. */
export interface RoundResults {
  readonly combined: Tree<Tensor>;
  readonly shuffled: boolean;
  /** What each client gave by itself. */
  readonly returned: readonly Tree<Tensor>[];
}

// A call into the addon costs a few microseconds, and a small model's client some tens: clients go in groups that take about this long, both to
// run and to be made ready, which nothing else in the program can interrupt.
const GROUP_MILLISECONDS = 4;
const MAX_GROUP = 64;
const FIRST_GROUP = 2;
/** Groups in flight, at least: one runs while the next is made ready. */
const IN_FLIGHT = 2;

/** A client has been left out that others were counted after. */
class LeftOut {
  constructor(readonly place: number) {}
}

/**
 * Runs every client of the cohort that has not failed, and combines their results in the clients' order.
 *
 * A client that cannot be loaded is left out before it has a position among the others. One that fails in its run had one, by which those
 * after it have their randomness: all are run anew then, after a run of those after it alone, which finds out what others fail.
 *
 * @throws What the first failing client threw, where all must complete; TooFewClientsError where too few have; the signal's reason. Everything
 *   made for the round is freed then.
 */
export async function runClients(options: RunClientsOptions): Promise<RoundResults> {
  const { cohort } = options;
  const checked = new WeakSet<ClientDataset>();
  for (let from = 0; ; ) {
    const places = cohort.places.filter((place) => place >= from);
    try {
      const results = await runPlaces(options, places, checked);
      if (from === 0) return results as RoundResults;
      for (const t of flatten<Tensor>([results?.combined ?? [], ...(results?.returned ?? [])])) t.dispose();
      from = 0;
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      from = error.place + 1;
    }
  }
}

/** Runs some clients; nothing comes of no clients. @throws LeftOut */
async function runPlaces(
  options: RunClientsOptions,
  places: readonly number[],
  checked: WeakSet<ClientDataset>,
): Promise<RoundResults | undefined> {
  const { cohort, spec, shared, signal, onProgress, own = () => [] } = options;
  signal?.throwIfAborted();
  options.begin?.();
  const specs = dataSpecs(spec);
  const cancellation = binding().cancellationNew();
  const cancel = (): void => binding().cancellationCancel(cancellation);
  signal?.addEventListener('abort', cancel, { once: true });
  let accumulator: Accumulator | undefined;
  let computation: ClientComputation | undefined;
  let shuffled = false;
  let done = 0;
  const returned: Tree<Tensor>[] = [];
  let failure: { error: unknown } | undefined;
  const running = new Set<Promise<void>>();
  const leaveOut = (place: number, error: unknown): void => {
    signal?.throwIfAborted();
    cohort.leaveOut(place, error);
  };
  const loaded = async (place: number): Promise<Loaded[]> => {
    const loading = load(cohort.clients[place], `clients[${cohort.position(place)}]`, specs, checked);
    try {
      return [{ place, dataset: await inTime(loading, place) }];
    } catch (error) {
      leaveOut(place, error);
      return [];
    }
  };
  const inTime = <T>(loading: Promise<T>, place: number): Promise<T> =>
    within(loading, { signal, milliseconds: options.clientTimeout }, `clients[${cohort.position(place)}]`);
  try {
    let size = FIRST_GROUP;
    let inFlight = 0;
    let position = 0;
    for (let next = 0; next < places.length && failure === undefined; ) {
      signal?.throwIfAborted();
      const began = performance.now();
      const loading = places.slice(next, next + size).map(loaded);
      const loadingBlocked = performance.now() - began;
      next += loading.length;
      const group = (await Promise.all(loading)).flat();
      if (group.length === 0) continue;
      if (computation === undefined) {
        shuffled = (group[0] as Loaded).dataset.shuffle;
        const program = options.program(shuffled);
        computation = program.clients;
        accumulator = computation.accumulator(program.reductions);
      }
      const positions = group.map(({ place }) => cohort.position(place));
      const strange = group.findIndex(({ dataset }) => dataset.shuffle !== shuffled);
      if (strange >= 0)
        throw typeError(
          `\`clients[${positions[strange]}]\` must ${shuffled ? 'be' : 'not be'} shuffled as the clients before: a round shuffles all of its clients or none`,
        );
      const begin = position;
      const resumed = performance.now();
      const items = group.map(({ dataset, place }, i) => [
        datasetTensors(dataset, clientSeed(options.seed, options.round, begin + i, dataset.seed)),
        own(dataset, place, begin + i),
      ]);
      const started = performance.now();
      const blocked = (): number => loadingBlocked + submitted - resumed;
      inFlight += items.length;
      const run: Promise<void> = computation
        .runMany(shared, items, accumulator as Accumulator, begin, cancellation, positions)
        .then((results) => {
          results.forEach((result, i) => {
            returned[begin + i] = result;
          });
          done += items.length;
          onProgress?.({ clients: done, total: cohort.size });
          if (items.length !== size) return;
          if (blocked() > GROUP_MILLISECONDS) size = Math.max(1, size >> 1);
          else if (performance.now() - started < GROUP_MILLISECONDS && 2 * blocked() < GROUP_MILLISECONDS)
            size = Math.min(MAX_GROUP, size * 2);
        })
        .catch((error: unknown) => {
          const failed = group[failedItem(error) ?? -1];
          if (failed === undefined) throw error;
          leaveOut(failed.place, error);
          throw new LeftOut(failed.place);
        })
        .catch((error: unknown) => {
          failure ??= { error };
          cancel();
        })
        .finally(() => {
          inFlight -= items.length;
          running.delete(run);
        });
      const submitted = performance.now();
      running.add(run);
      position += items.length;
      // Two for each thread: none has to wait for this one.
      if (running.size >= IN_FLIGHT && inFlight >= 2 * concurrency()) await Promise.race(running);
    }
    await Promise.all(running);
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    return accumulator && { combined: accumulator.take(position), shuffled, returned };
  } catch (error) {
    cancel();
    await Promise.all(running);
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    accumulator?.dispose();
  }
}

/** A client that is ready. */
interface Loaded {
  readonly place: number;
  readonly dataset: ClientDataset;
}

/** What a promise gives, unless a signal or the time comes first: what it gives then is of no account. */
export async function within<T>(
  promise: Promise<T>,
  { signal, milliseconds }: { readonly signal: AbortSignal | undefined; readonly milliseconds: number | undefined },
  name: string,
): Promise<T> {
  if (signal === undefined && milliseconds === undefined) return promise;
  let abort = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    if (milliseconds !== undefined)
      timer = setTimeout(() => reject(new ClientTimeoutError(`${name} took longer than ${milliseconds} ms for its data`)), milliseconds);
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal?.removeEventListener('abort', abort);
    clearTimeout(timer);
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

async function load(client: Client | undefined, name: string, specs: DataSpecs, checked: WeakSet<ClientDataset>): Promise<ClientDataset> {
  const dataset = typeof client === 'function' ? await client() : client;
  if (!(dataset instanceof ClientDataset)) throw mustBe(name, 'a clientDataset, or a function that returns one', dataset);
  if (!checked.has(dataset)) {
    checkData(name, specs, dataset);
    checked.add(dataset);
  }
  return dataset;
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
