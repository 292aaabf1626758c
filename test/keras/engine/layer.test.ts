/** `test/keras/optimizers/cases/multi-optimizer.py` says how Keras gave the paths. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { input } from '../../../src/keras/engine/input.js';
import type { Layer } from '../../../src/keras/engine/layer.js';
import { sequential } from '../../../src/keras/engine/sequential.js';
import * as layers from '../../../src/keras/layers/index.js';

const { paths } = JSON.parse(readFileSync(new URL('../optimizers/cases/multi-optimizer.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, string[]>>;
};
const x = input({ shape: [4, 3] });
const LAYERS: Readonly<Record<string, () => Layer>> = {
  bidirectional: () => layers.bidirectional({ layer: layers.lstm({ units: 2, name: 'l' }), name: 'bi' }),
  timeDistributed: () => layers.timeDistributed({ layer: layers.dense({ units: 2, name: 'd' }), name: 'td' }),
  rnn: () => layers.rnn({ cell: [layers.gruCell({ units: 2, name: 'a' }), layers.lstmCell({ units: 2, name: 'b' })] as never, name: 'r' }),
  gru: () => layers.gru({ units: 2, name: 'g' }),
  simpleRnn: () => layers.simpleRNN({ units: 2, name: 's' }),
  convLstm2d: () => layers.convLstm2d({ filters: 2, kernelSize: 2, name: 'c' }),
  multiHeadAttention: () => layers.multiHeadAttention({ numHeads: 2, keyDim: 2, name: 'm' }),
  groupQueryAttention: () => layers.groupQueryAttention({ headDim: 2, numQueryHeads: 2, numKeyValueHeads: 1, name: 'q' }),
  spectralNormalization: () => layers.spectralNormalization({ layer: layers.dense({ units: 2, name: 'd' }), name: 'sn' }),
};

it.each(Object.entries(paths))("the weights of %s have Keras's paths", (name, expected) => {
  const layer = (LAYERS[name] as () => Layer)();
  if (name === 'convLstm2d') layer.apply(input({ shape: [3, 4, 4, 2] }));
  else if (name.endsWith('Attention')) layer.apply(x, { value: x });
  else layer.apply(x);
  expect(layer.trainableWeights.map((w) => w.path)).toEqual(expected);
});

it("models are no part of their weights' paths", () => {
  const inner = sequential([layers.dense({ units: 2, name: 'd' })], { name: 'inner' });
  const outer = sequential([x, layers.timeDistributed({ layer: inner, name: 'td' })], { name: 'outer' });
  expect(outer.weights.map((w) => w.path)).toEqual(['td/d/kernel', 'td/d/bias']);
  layers.dense({ units: 1, name: 'later' }).apply(x);
  const failing = layers.timeDistributed({ layer: layers.dense({ units: 2, name: 'd' }), name: 'failing' });
  expect(() => failing.apply(input({ shape: [null] }))).toThrow();
  const after = layers.dense({ units: 1, name: 'after' });
  after.apply(x);
  expect(after.weights.map((w) => w.path)).toEqual(['after/kernel', 'after/bias']);
});
