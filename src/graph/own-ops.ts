/** Where ops of our own may be used. */
import { device } from '../native/loader.js';
import type { Graph } from './graph.js';

/** Whether the graph may hold ops of our own: they are known in this process only, and run on the processor alone. */
export const hasOwnOps = (graph: Graph): boolean => !graph.portable && device() !== 'gpu';
