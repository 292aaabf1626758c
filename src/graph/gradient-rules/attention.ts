/** Attention in one op. */
import { ValueError } from '../../errors.js';
import type { Output } from '../graph.js';
import { ops } from '../ops/core.js';
import { isGiven, type Rules } from './rule.js';

export const attentionRules: Rules = {
  FedkerasAttention: ({ inputs, outputs }, [dMixed, dWeights]) => {
    if (isGiven(dWeights)) throw new ValueError('the weights of FedkerasAttention have no gradient: only what it mixes with them does');
    if (!isGiven(dMixed)) return [null, null, null, null];
    const [queries, keys, values] = inputs as [Output, Output, Output];
    return [...ops('FedkerasAttentionGrad', [queries, keys, values, outputs[1] as Output, dMixed]), null];
  },
};
