// Next-token prediction: 2 pre-norm blocks of width 128 with 4 heads, causal, learned positions, 64 tokens, vocabulary 1,000 (0.66 M parameters).
import { keras as engine, ops } from 'fedkeras';

const WIDTH = 128;

/** Adds a trained vector for each place in the sequence. */
class Positions extends engine.Layer {
  static className = 'Positions';
  static fields = {};

  build(shape) {
    this.positions = this.addWeight('positions', shape.slice(1), { initializer: engine.initializers.randomUniform() });
  }

  call(ctx, x) {
    return ops.add(x, this.read(ctx, this.positions));
  }
}

export function model(keras) {
  const { add, dense, embedding, layerNormalization, multiHeadAttention } = keras.layers;
  const norm = (x) => layerNormalization({ epsilon: 1e-5 }).apply(x);
  const inputs = keras.input({ shape: [64], dtype: 'int32' });
  let x = new Positions().apply(embedding({ inputDim: 1000, outputDim: WIDTH }).apply(inputs));
  for (let block = 0; block < 2; block++) {
    const attended = norm(x);
    x = add().apply([x, multiHeadAttention({ numHeads: 4, keyDim: 32 }).apply(attended, { value: attended, useCausalMask: true })]);
    const hidden = dense({ units: 4 * WIDTH, activation: 'relu' }).apply(norm(x));
    x = add().apply([x, dense({ units: WIDTH }).apply(hidden)]);
  }
  return keras.model({ inputs, outputs: dense({ units: 1000 }).apply(norm(x)) });
}
export const x = (tensorSpec) => tensorSpec([null, 64], 'int32');
export const y = (tensorSpec) => tensorSpec([null, 64], 'int32');
