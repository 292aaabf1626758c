/** Which of libtensorflow's executors goes through a graph. */
import type { Graph, Output } from './graph.js';
import { runsOnGpu } from './own-ops.js';
import type { Executor } from './session-config.js';

/** Weights up to which a model is small: what its nodes cost besides their arithmetic counts. */
export const SMALL_MODEL = 2 ** 16;

// In functions libtensorflow does not choose oneDNN's kernels, which are several times as fast for images; products take its code anyhow.
const OF_IMAGES = /Conv|Pool|FusedBatchNorm|LRN/;

const knownSize = ({ shape }: Output): number => (shape ?? [null]).reduce<number>((product, size) => product * (size ?? 0), 1);

/** The executor for a graph: the simple one where little is fed besides data, whose sizes are not known here. */
export function executorFor(graph: Graph, feeds: readonly Output[]): Executor {
  const isSmall = feeds.reduce((sum, feed) => sum + knownSize(feed), 0) <= SMALL_MODEL;
  return isSmall && ![...graph.types].some((type) => OF_IMAGES.test(type)) && !runsOnGpu() ? 'single-threaded' : 'default';
}
