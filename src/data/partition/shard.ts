/** Blocks of examples sorted by class (`ShardPartitioner` of flwr-datasets). */
import { ValueError } from '../../errors.js';
import { Random } from '../../random.js';
import { checkBoolean, checkInteger } from '../../validate.js';
import { byClass, type Clients, checkClients } from './options.js';

export interface ShardOptions extends Clients {
  /** The class of each example. */
  readonly labels: ArrayLike<number>;
  /** Shards of each client, at least 1. Without it all shards are dealt out, the first clients getting one more where they do not divide. */
  readonly numShardsPerPartition?: number;
  /** Examples of a shard, at least 1; by default as many as let all shards be full. One of the two must be given. */
  readonly shardSize?: number;
  /**
   * Whether the examples left at the end are a shard too, a smaller one; `false` by default, with which they are nobody's. Without effect where
   * both the number of shards and their size are given.
   */
  readonly keepIncompleteShard?: boolean;
}

/**
 * The examples, sorted by class, are cut into shards that are dealt out at random, so that most clients have few classes: McMahan et al.,
 * "Communication-efficient learning of deep networks from decentralized data", 2017, https://arxiv.org/abs/1602.05629, which gives 100 clients
 * two shards of 300 each.
 *
 * @throws ValueError for neither number nor size, or fewer examples than they need
 */
export function shard(options: ShardOptions): number[][] {
  checkClients(options, ['labels', 'numShardsPerPartition', 'shardSize', 'keepIncompleteShard']);
  const { clients, labels, seed, numShardsPerPartition: perClient, shardSize } = options;
  const keepIncomplete = checkBoolean('keepIncompleteShard', options.keepIncompleteShard ?? false);
  const sorted = byClass(labels).flat();
  if (perClient !== undefined) checkInteger('numShardsPerPartition', perClient, { min: 1 });
  if (shardSize !== undefined) checkInteger('shardSize', shardSize, { min: 1 });
  if (perClient === undefined && shardSize === undefined)
    throw new ValueError('`shardSize` must be given without `numShardsPerPartition`, received undefined');
  const needed = clients * (perClient ?? 1);
  const size = shardSize ?? Math.floor(sorted.length / needed);
  const both = perClient !== undefined && shardSize !== undefined;
  const available = (keepIncomplete && !both ? Math.ceil : Math.floor)(sorted.length / size);
  if (size === 0 || available < needed)
    throw new ValueError(
      `\`labels\` must be enough for ${needed} shards${shardSize === undefined ? '' : ` of ${shardSize}`}, received ${sorted.length}`,
    );
  const random = new Random(seed);
  const order = random.sample(available, perClient === undefined ? available : needed);
  const [each, more] = [Math.floor(order.length / clients), order.length % clients];
  return Array.from({ length: clients }, (_, c) => {
    const start = c * each + Math.min(c, more);
    const own = order.slice(start, start + each + (c < more ? 1 : 0));
    return random.shuffle(own.flatMap((s) => sorted.slice(s * size, (s + 1) * size)));
  });
}
