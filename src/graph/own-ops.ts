/** Where ops of our own may be used. */
import { binding, device } from '../native/loader.js';
import type { Graph } from './graph.js';
import { nativeCall } from './native-call.js';
import { sessionConfig } from './session-config.js';

let onGpu: boolean | undefined;

/** Whether sessions of this process have a GPU: what it is cannot change once libtensorflow is in use. */
export function runsOnGpu(): boolean {
  onGpu ??= nativeCall(() => binding().deviceTypes(sessionConfig(device()))).includes('GPU');
  return onGpu;
}

/**
 * Whether the graph may hold ops of our own: they are known in this process only, and run on the processor alone. Among ops on a GPU each of
 * them would have its inputs fetched from there and its results sent back.
 */
export const hasOwnOps = (graph: Graph): boolean => !graph.portable && !runsOnGpu();
