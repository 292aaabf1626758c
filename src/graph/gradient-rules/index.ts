/** The gradient rules by op. An op is added by one entry in its family's file. */
import { arrayRules } from './array.js';
import { lossRules } from './losses.js';
import { mathRules } from './math.js';
import { nnRules } from './nn.js';
import { reduceRules } from './reduce.js';
import type { GradientRule } from './rule.js';

export const RULES: Readonly<Record<string, GradientRule | undefined>> = {
  ...arrayRules,
  ...lossRules,
  ...mathRules,
  ...nnRules,
  ...reduceRules,
};
