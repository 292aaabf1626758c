/** Layer normalization in one op. */
import { ValueError } from '../../errors.js';
import type { Output } from '../graph.js';
import { onesLike, split, zerosLike } from '../ops/array.js';
import { ops } from '../ops/core.js';
import { add, addN, mul, neg, square, sub } from '../ops/math.js';
import { mean, sum } from '../ops/reduce.js';
import { type GradientRule, isGiven, type Rules } from './rule.js';

const back = (x: Output, gamma: Output, statistics: Output, dy: Output): Output[] =>
  ops('FedkerasLayerNormalizationGrad', [x, gamma, statistics, dy]);

const forward: GradientRule = ({ inputs: [x, gamma], outputs: [, statistics] }, [dy, dStatistics]) => {
  if (isGiven(dStatistics))
    throw new ValueError('the statistics of FedkerasLayerNormalization have no gradient: only what they normalize has');
  return isGiven(dy) ? [...back(x as Output, gamma as Output, statistics as Output, dy), null] : [null, null, null, null];
};

/**
 * With `n` for what is normalized and `f` for its factor the gradient is `f · (g - mean(g) - n · mean(g · n))` of `g = gamma · dy`: a
 * symmetric function of `g`, and also how any gradient goes through `n`. The statistics count as functions of `x`.
 */
const gradient: GradientRule = ({ inputs }, [dX, dGamma, dBeta]) => {
  const [x, gamma, statistics, dy] = inputs as [Output, Output, Output, Output];
  const [center, factor] = split(statistics, 2, -1) as [Output, Output];
  const normal = mul(sub(x, center), factor);
  const through = (g: Output): Output => back(x, onesLike(gamma), statistics, g)[0] as Output;
  const average = (value: Output): Output => mean(value, -1, true);
  const total = (terms: readonly Output[]): Output | null => (terms.length === 0 ? null : addN(terms));

  const forDy: Output[] = [];
  const forNormal: Output[] = [];
  const forX: Output[] = [];
  let forGamma: Output | null = null;
  if (isGiven(dX)) {
    const g = mul(gamma, dy);
    const projected = through(dX);
    forDy.push(mul(gamma, projected));
    forGamma = sum(
      mul(dy, projected),
      Array.from({ length: x.rank - 1 }, (_, axis) => axis),
    );
    const [a, b] = [average(mul(g, normal)), average(mul(dX, normal))];
    forNormal.push(neg(mul(factor, add(mul(dX, a), mul(g, b)))));
    const alike = sub(sub(average(mul(dX, g)), mul(average(dX), average(g))), mul(a, b));
    forX.push(neg(mul(mul(alike, square(factor)), normal)));
  }
  if (isGiven(dGamma)) {
    forDy.push(mul(normal, dGamma));
    forNormal.push(mul(dy, dGamma));
  }
  if (isGiven(dBeta)) forDy.push(add(zerosLike(dy), dBeta));
  const normals = total(forNormal);
  return [total(normals === null ? forX : [...forX, through(normals)]), forGamma, null, total(forDy)];
};

export const layerNormalizationRules: Rules = {
  FedkerasLayerNormalization: forward,
  FedkerasLayerNormalizationGrad: gradient,
};
