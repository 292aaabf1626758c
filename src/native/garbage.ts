/** Asking for a garbage collection: large tensors are freed with the small objects that hold them, and V8 sees no hurry in those. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Collects garbage, and waits until what it held is freed. */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) {
    // The function is there for contexts that are made while the flag is set.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
  // Finalizers of the addon's handles run after the collection, in a turn of their own.
  await new Promise((resolve) => setImmediate(resolve));
}
