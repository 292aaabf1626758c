/** What the tests of reconstruction share. */
import { type Context, data, keras, models, type Output, ops, tensor, tensorSpec } from '../../src/index.js';

/** Adds a bias: TFF's `BiasLayer`. */
class Bias extends keras.Layer {
  static readonly className = 'ReconBias';
  static readonly fields = {};
  bias!: ReturnType<typeof this.addWeight>;

  override build(shape: readonly (number | null)[]): void {
    this.bias = this.addWeight('bias', [shape.at(-1) as number], { initializer: keras.initializers.zeros() });
  }

  override call(ctx: Context, x: Output): Output {
    return ops.add(x, this.read(ctx, this.bias));
  }
}

const overFive = (yTrue: Output, _: Output): Output => ops.cast(ops.greater(yTrue, 5), 'float32');

/** `y = w x + b` with a global `w` and a local `b`, both 0. */
export const linear = (features = 1) => {
  const layers = [keras.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros' }), new Bias({})];
  return models.reconstructionFromKerasModel(keras.sequential([keras.input({ shape: [features] }), ...layers]), {
    globalLayers: layers.slice(0, 1),
    localLayers: layers.slice(1),
    loss: keras.losses.meanSquaredError(),
    inputSpec: { x: tensorSpec([null, features]), y: tensorSpec([null, 1]) },
    metrics: [keras.metrics.meanOf('share_over', overFive)],
  });
};

export const rows = (x: number[], y: number[], options = {}) =>
  data.clientDataset({ x: tensor(x.map((v) => [v])), y: tensor(y.map((v) => [v])) }, { batchSize: 1, ...options });
/** TFF's clients. */
export const CLIENTS = [rows([1, 2, 3], [5, 6, 8]), rows([1, 2, 3], [5, 5, 9])];
