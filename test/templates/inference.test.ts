import { expect, it } from 'vitest';
import { Computation } from '../../src/graph/computation.js';
import type { Output } from '../../src/graph/graph.js';
import { data, fromKerasModel, keras, tensor, tensorSpec } from '../../src/index.js';
import { datasetInputs, datasetSpecs, datasetTensors } from '../../src/templates/batches.js';
import { meanLoss } from '../../src/templates/inference.js';
import type { Tensor } from '../../src/tensor.js';
import type { Tree } from '../../src/tree.js';

it('takes each example once, in inference mode, regularisers included', async () => {
  const layers = [
    keras.layers.dense({ units: 3, kernelInitializer: keras.initializers.glorotUniform({ seed: 1 }), kernelRegularizer: 'l2' }),
    keras.layers.dropout({ rate: 0.9 }),
    keras.layers.dense({ units: 1, kernelInitializer: keras.initializers.glorotUniform({ seed: 2 }) }),
  ];
  const model = fromKerasModel(keras.sequential([keras.input({ shape: [2] }), ...layers]), {
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, 2]), y: tensorSpec([null, 1]) },
  });
  const [x, y] = [Array.from({ length: 7 }, (_, i) => [i / 7, (i * i) / 40]), Array.from({ length: 7 }, (_, i) => [5 - i])];
  using computation = Computation.compile([datasetSpecs(model.inputSpec), model.trainableVariables.map((v) => v.spec)], (inputs) => {
    const [item, trainable] = inputs as [Tree<Output>, Output[]];
    return meanLoss(model, { trainable, nonTrainable: [] }, datasetInputs(item));
  });
  const { loss } = await model.forwardPass({ x: tensor(x), y: tensor(y) }, { training: false });
  for (const options of [{ batchSize: 3, epochs: 4, shuffle: true }, { batchSize: 7 }, { batchSize: 2 }]) {
    const dataset = data.clientDataset({ x: tensor(x), y: tensor(y) }, options);
    const weights = model.getWeights().trainable as Tensor[];
    const mean = (await computation.run([datasetTensors(dataset, tensor(BigInt64Array.of(1n, 2n))), weights])) as Tensor;
    expect(Number(mean.data[0])).toBeCloseTo(loss as number, 4);
  }
});
