// Makes the files that the tests of reading tfjs's models read, with what the models predict.
// Usage, with @tensorflow/tfjs 4.22 installed in a folder above: node make.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

const L = tf.layers;
let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return (2 * state) / 2147483647 - 1;
};
const values = (n) => Float32Array.from({ length: n }, random);

function recurrent() {
  const x = tf.input({ shape: [4, 3], name: 'x' });
  let y = L.bidirectional({ layer: L.lstm({ units: 2, returnSequences: true }), name: 'both' }).apply(x);
  y = L.timeDistributed({ layer: L.dense({ units: 3, trainable: false }), name: 'steps' }).apply(y);
  y = L.batchNormalization({ name: 'norm' }).apply(y);
  y = L.gru({ units: 2, recurrentActivation: 'hardSigmoid', name: 'gru' }).apply(y);
  const inner = tf.sequential({
    name: 'inner',
    layers: [L.dense({ units: 4, inputShape: [2], activation: 'relu', name: 'own' }), L.batchNormalization({ name: 'own_norm' })],
  });
  const z = L.add({ name: 'sum' }).apply([inner.apply(y), inner.apply(L.activation({ activation: 'hardSigmoid', name: 'gate' }).apply(y))]);
  const model = tf.model({ inputs: x, outputs: [z, L.leakyReLU({ alpha: 0.1, name: 'leaky' }).apply(y)], name: 'recurrent' });
  return [model, [[2, 4, 3]]];
}

function images() {
  const model = tf.sequential({
    name: 'images',
    layers: [
      L.conv2d({
        inputShape: [8, 8, 2],
        filters: 3,
        kernelSize: 3,
        padding: 'same',
        strides: 2,
        activation: 'elu',
        kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }),
        name: 'conv',
      }),
      L.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, name: 'depthwise' }),
      L.separableConv2d({
        filters: 4,
        kernelSize: 2,
        padding: 'same',
        pointwiseInitializer: tf.initializers.varianceScaling({ scale: 1, mode: 'fanIn', distribution: 'normal' }),
        name: 'separable',
      }),
      L.upSampling2d({ name: 'up' }),
      L.prelu({ name: 'prelu', sharedAxes: [1, 2] }),
      L.averagePooling2d({ poolSize: 2, name: 'pool' }),
      L.dropout({ rate: 0.5, name: 'drop' }),
      L.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 1],
        ],
        name: 'pad',
      }),
      L.layerNormalization({ name: 'layer_norm' }),
      L.flatten({ name: 'flat' }),
      L.dense({ units: 2, activation: 'softmax', name: 'out' }),
    ],
  });
  return [model, [[2, 8, 8, 2]]];
}

for (const [model, shapes] of [recurrent(), images()]) {
  model.setWeights(
    model.weights.map((w) =>
      tf.tensor(
        w.name.includes('variance')
          ? values(w.shape.reduce((a, b) => a * b, 1)).map((v) => Math.abs(v) + 0.5)
          : values(w.shape.reduce((a, b) => a * b, 1)),
        w.shape,
      ),
    ),
  );
  const inputs = shapes.map((shape) => tf.tensor(values(shape.reduce((a, b) => a * b, 1)), shape));
  const outputs = [model.predict(inputs.length > 1 ? inputs : inputs[0])].flat();
  mkdirSync(model.name, { recursive: true });
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData, format }) => {
      const half = Math.floor(weightData.byteLength / 8) * 4;
      const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
      writeFileSync(`${model.name}/${paths[0]}`, Buffer.from(weightData.slice(0, half)));
      writeFileSync(`${model.name}/${paths[1]}`, Buffer.from(weightData.slice(half)));
      writeFileSync(
        `${model.name}/model.json`,
        JSON.stringify({ format, modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] }),
      );
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  writeFileSync(
    `${model.name}/expected.json`,
    JSON.stringify({ inputs: inputs.map((t) => t.arraySync()), outputs: outputs.map((t) => t.arraySync()) }),
  );
}
