/** Which of libtensorflow's executors goes through a graph. */
import type { Graph, Output } from './graph.js';
import { runsOnGpu } from './own-ops.js';
import type { Executor } from './session-config.js';

/**
 * Weights up to which a model is small: what its nodes cost besides their arithmetic counts. Dense models of 10,000, 51,000 and 102,000 weights
 * take 0.35, 0.6 and 0.8 of the time with what follows from it, one of 199,000 as long. By timing it could not be found out for each model: the
 * sums of both ways have other orders, so a result would depend on a clock.
 */
export const SMALL_MODEL = 2 ** 17;

// In functions libtensorflow does not choose oneDNN's kernels, which are several times as fast for images; products take its code anyhow.
const OF_IMAGES = /Conv|Pool|FusedBatchNorm|LRN/;

const knownSize = ({ shape }: Fed): number => (shape ?? [null]).reduce<number>((product, size) => product * (size ?? 0), 1);

/** What is fed: an input, or what is known of it. */
type Fed = Pick<Output, 'shape'>;

/** Whether little is fed besides data, whose sizes are not known when a graph is built. */
export const isSmall = (feeds: readonly Fed[]): boolean => feeds.reduce((sum, feed) => sum + knownSize(feed), 0) <= SMALL_MODEL;

/** The executor for a graph: the simple one where little is fed. */
export function executorFor(graph: Graph, feeds: readonly Fed[]): Executor {
  return isSmall(feeds) && ![...graph.types].some((type) => OF_IMAGES.test(type)) && !runsOnGpu() ? 'single-threaded' : 'default';
}
