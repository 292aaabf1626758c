import { expect, test } from 'vitest';
import { Context } from '../../../src/graph/context.js';
import { Graph } from '../../../src/graph/graph.js';
import { auc, f1Score, r2Score } from '../../../src/keras/metrics/index.js';
import { tensorSpec } from '../../../src/tensor-spec.js';

const matrix = (columns: number | null) => tensorSpec([null, columns], 'float32');

test('variables are made for the columns of the predictions, once', () => {
  const metric = f1Score();
  expect(metric.variables).toEqual([]);
  metric.build(matrix(3), matrix(3));
  metric.build(matrix(3), matrix(3));
  expect(metric.variables.map((v) => v.shape)).toEqual([[3], [3], [3], [3]]);
  expect(() => metric.build(matrix(4), matrix(4))).toThrow(/`f1_score` was built for 3 columns, received predictions with 4/);
});

test('AUC of several labels has one column each, else one in all', () => {
  const [several, one] = [auc({ multiLabel: true, numThresholds: 4 }), auc({ numThresholds: 4 })];
  for (const metric of [several, one]) metric.build(matrix(2), matrix(2));
  expect(several.variables[0]?.shape).toEqual([4, 2]);
  expect(one.variables[0]?.shape).toEqual([4]);
});

test('refuses predictions without known columns, and use before it is built', () => {
  expect(() => r2Score().build(matrix(null), matrix(null))).toThrow(/one tensor \[batch, columns\] with a known number of columns/);
  expect(() => r2Score().build([matrix(1), matrix(1)], [matrix(1), matrix(1)])).toThrow(/received several tensors/);
  expect(() => f1Score().build(tensorSpec([null], 'float32'), tensorSpec([null], 'float32'))).toThrow(/one tensor \[batch, columns\]/);
  const ctx = new Context(new Graph(), { training: false, values: new Map() });
  expect(() => f1Score().result(ctx)).toThrow(/`f1_score` must be built before it is used/);
});
