/** Values as they are or zeros, for which we have an op of our own. */
import type { Output } from '../graph.js';
import { hasOwnOps } from '../own-ops.js';
import { ops } from './core.js';

/** The values where `passed`, a `bool` scalar, holds, else zeros; `null` where our op cannot be used. */
export const guarded = (passed: Output, values: readonly Output[]): Output[] | null =>
  values.length > 0 && values.every(({ dtype }) => dtype === 'float32') && hasOwnOps(passed.graph)
    ? ops('FedkerasGuarded', [passed, values])
    : null;
