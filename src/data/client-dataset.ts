/** One client's data, and how it is cut into batches. */
import { ValueError } from '../errors.js';
import { Tensor, tensor } from '../tensor.js';
import { flatten, mapTree, type Tree } from '../tree.js';
import { checkBoolean, checkInteger, checkOptions, checkString, mustBe } from '../validate.js';

/** How a client's examples become batches. */
export interface ClientDatasetOptions {
  /** The client's name, for algorithms that keep something for each client; none by default. Clients of a `clientData` have theirs. */
  readonly id?: string;
  /** Examples per step, at least 1; 32 by default, as in Keras. A batch larger than the data set is one step with all of it. */
  readonly batchSize?: number;
  /** Passes over the data in one round, at least 1; 1 by default. */
  readonly epochs?: number;
  /** Whether each pass takes the examples in another order; `false` by default. */
  readonly shuffle?: boolean;
  /** With `shuffle`, decides the order together with the round and the process' seed; 0 by default. */
  readonly seed?: number;
  /** Whether a last batch with fewer examples is left out; `false` by default. */
  readonly dropRemainder?: boolean;
}

type ResolvedOptions = Required<Omit<ClientDatasetOptions, 'id'>> & Pick<ClientDatasetOptions, 'id'>;

/** A client's tensors. */
export interface ClientTensors {
  readonly x: Tree<Tensor>;
  readonly y: Tree<Tensor>;
  /** Factors for the losses of the examples, for a model whose input spec has them; none by default. */
  readonly sampleWeight?: Tree<Tensor>;
}

/** Tensors of one client, with a first axis of examples. Made by {@link clientDataset}. */
export class ClientDataset {
  readonly x: Tree<Tensor>;
  readonly y: Tree<Tensor>;
  /** Factors for the losses of the examples; an empty list for none. */
  readonly sampleWeight: Tree<Tensor>;
  /** The client's name, where it has one. */
  readonly id: string | undefined;
  /** Number of examples. */
  readonly size: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropRemainder: boolean;
  #schedule: Tensor | undefined;
  #tensors: readonly Tensor[] | undefined;

  /** @internal */
  constructor({ x, y, sampleWeight = [] }: ClientTensors, size: number, options: ResolvedOptions) {
    this.x = x;
    this.y = y;
    this.sampleWeight = sampleWeight;
    this.id = options.id;
    this.size = size;
    this.batchSize = options.batchSize;
    this.epochs = options.epochs;
    this.shuffle = options.shuffle;
    this.seed = options.seed;
    this.dropRemainder = options.dropRemainder;
  }

  /** Steps in one pass. */
  get stepsPerEpoch(): number {
    return this.dropRemainder ? Math.floor(this.size / this.batchSize) : Math.ceil(this.size / this.batchSize);
  }

  /** `[batch size, steps per epoch, epochs, steps, examples]` for the compiled loop, kept so that every round feeds the same tensor. @internal */
  get schedule(): Tensor {
    const { batchSize, stepsPerEpoch, epochs, size } = this;
    this.#schedule ??= tensor(
      Int32Array.of(batchSize, stepsPerEpoch, epochs, epochs * stepsPerEpoch, epochs * Math.min(size, stepsPerEpoch * batchSize)),
    );
    return this.#schedule;
  }

  /** What a round feeds of it, in the order of `{ sampleWeight, schedule, x, y }`: no round has to walk through the structures again. @internal */
  get tensors(): readonly Tensor[] {
    this.#tensors ??= flatten([this.sampleWeight, this.schedule, this.x, this.y] as Tree<Tensor>);
    return this.#tensors;
  }

  /** The same data in other batches. */
  withOptions(options: ClientDatasetOptions): ClientDataset {
    const { id, batchSize, epochs, shuffle, seed, dropRemainder } = this;
    const own = { ...(id === undefined ? {} : { id }), batchSize, epochs, shuffle, seed, dropRemainder };
    return clientDataset({ x: this.x, y: this.y, sampleWeight: this.sampleWeight }, { ...own, ...options });
  }

  /** Frees the tensors' memory. */
  dispose(): void {
    for (const t of [this.x, this.y, this.sampleWeight].flatMap((tensors) => flatten(tensors))) t.dispose();
    this.#schedule?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Describes a client's data: `clientDataset({ x, y }, { batchSize: 20 })`.
 *
 * The tensors go to TensorFlow's memory when they are first used, and stay there for all rounds.
 *
 * @param tensors Inputs and labels, and weights of the examples, each a tensor or a structure of them with the same number of rows.
 * @throws TypeError for something that is no tensor or an unknown option, ValueError for no examples, unequal rows, or an option out of range.
 */
export function clientDataset(tensors: ClientTensors, options: ClientDatasetOptions = {}): ClientDataset {
  checkOptions('data', tensors, ['x', 'y', 'sampleWeight']);
  checkOptions('options of clientDataset', options, ['id', 'batchSize', 'epochs', 'shuffle', 'seed', 'dropRemainder']);
  let rows: number | undefined;
  for (const key of ['x', 'y', 'sampleWeight'] as const) {
    if (key === 'sampleWeight' && tensors[key] === undefined) continue;
    if (tensors[key] === undefined) throw mustBe('data', 'an object { x, y } of tensors', tensors);
    const check = (t: Tensor, where: string): void => {
      if (!(t instanceof Tensor)) throw mustBe(where, 'a tensor', t);
      const own = t.shape[0];
      if (own === undefined) throw new ValueError(`\`${where}\` must have a first axis of examples, received the scalar ${t}`);
      if (own === 0)
        throw new ValueError(`\`${where}\` must have at least one example, received ${t}: leave clients without data out of the round`);
      rows ??= own;
      if (own !== rows) throw new ValueError(`\`${where}\` must have ${rows} examples as the tensors before, received ${t}`);
    };
    mapTree(tensors[key] as Tree<Tensor>, check, key);
  }
  if (rows === undefined) throw mustBe('x', 'a tensor or a structure of tensors', tensors.x);
  const dataset = new ClientDataset(tensors, rows, {
    ...(options.id === undefined ? {} : { id: checkString('id', options.id) }),
    batchSize: checkInteger('batchSize', options.batchSize ?? 32, { min: 1, max: 2 ** 31 - 1 }),
    epochs: checkInteger('epochs', options.epochs ?? 1, { min: 1, max: 2 ** 20 }),
    shuffle: checkBoolean('shuffle', options.shuffle ?? false),
    seed: checkInteger('seed', options.seed ?? 0),
    dropRemainder: checkBoolean('dropRemainder', options.dropRemainder ?? false),
  });
  if (dataset.stepsPerEpoch === 0)
    throw new ValueError(
      `\`batchSize\` must be at most the ${rows} examples where the remainder is dropped, received ${dataset.batchSize}`,
    );
  return dataset;
}
