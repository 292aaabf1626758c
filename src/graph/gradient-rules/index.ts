/** The gradient rules by op. An op is added by one entry in its family's file. */
import { arrayRules } from './array.js';
import { attentionRules } from './attention.js';
import { convolutionRules } from './convolution.js';
import { einsumRules } from './einsum.js';
import { functionRules } from './functions.js';
import { gatherRules } from './gather.js';
import { imageRules } from './image.js';
import { layerNormalizationRules } from './layer-normalization.js';
import { lossRules } from './losses.js';
import { mathRules } from './math.js';
import { matrixRules } from './matrix.js';
import { nnRules } from './nn.js';
import { recurrentRules } from './recurrent.js';
import { reduceRules } from './reduce.js';
import type { GradientRule } from './rule.js';
import { spectralRules } from './spectral.js';

export const RULES: Readonly<Record<string, GradientRule | undefined>> = {
  ...arrayRules,
  ...attentionRules,
  ...convolutionRules,
  ...einsumRules,
  ...functionRules,
  ...gatherRules,
  ...imageRules,
  ...layerNormalizationRules,
  ...lossRules,
  ...mathRules,
  ...matrixRules,
  ...nnRules,
  ...recurrentRules,
  ...reduceRules,
  ...spectralRules,
};
