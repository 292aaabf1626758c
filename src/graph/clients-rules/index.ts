/** What ops are for several clients at once. An op without a rule has no such form: a computation with it runs for one client after another. */
import type { ClientsRules } from '../graph.js';
import { arrayRules } from './array.js';
import { elementwiseRules } from './elementwise.js';
import { ownRules } from './own.js';
import { randomRules } from './random.js';
import { reduceRules } from './reduce.js';

export const CLIENTS_RULES: ClientsRules = { ...arrayRules, ...elementwiseRules, ...ownRules, ...randomRules, ...reduceRules };
