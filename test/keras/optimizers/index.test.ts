import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.js';
import * as optimizers from '../../../src/keras/optimizers/index.js';
import { runOptimizer } from '../../../src/testing/check-optimizer.js';
import { expectClose } from './check-optimizer.js';

describe('deserialize', () => {
  const named = optimizers.optimizerRegistry.classes().map((c) => c.className);
  // Those are nothing without the optimizers that they are for.
  it.each(named.filter((name) => name !== 'LossScaleOptimizer' && name !== 'MultiOptimizer'))(
    'makes %s from its name and from its config',
    async (name) => {
      const optimizer = optimizers.get(name);
      const config = optimizer.serialize('keras.optimizers');
      const copy = optimizers.deserialize(JSON.parse(JSON.stringify(config)));
      expect(copy.constructor).toBe(optimizer.constructor);
      expect(copy.serialize('keras.optimizers')).toEqual(config);
      expect(optimizers.get(copy)).toBe(copy);
    },
  );

  // As keras.saving.serialize_keras_object(keras.optimizers.Adam(0.1)) of Keras 3.15.1 has them.
  it("reads Keras 3's config", () => {
    const config = {
      name: 'adam',
      learning_rate: 0.10000000149011612,
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
      beta_1: 0.9,
      beta_2: 0.999,
      epsilon: 1e-7,
      amsgrad: false,
    };
    const optimizer = optimizers.deserialize({ module: 'keras.optimizers', class_name: 'Adam', config, registered_name: null });
    expect(optimizer.getConfig()).toEqual(config);
  });

  // As tf_keras.optimizers.serialize(tf_keras.optimizers.Adam(0.1)) of tf_keras 2.21 has them.
  it("reads Keras 2's config", () => {
    const config = {
      name: 'Adam',
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      jit_compile: false,
      is_legacy_optimizer: false,
      learning_rate: 0.10000000149011612,
      beta_1: 0.9,
      beta_2: 0.999,
      epsilon: 1e-7,
      amsgrad: false,
    };
    const optimizer = optimizers.deserialize({ module: 'keras.optimizers', class_name: 'Adam', config, registered_name: null });
    expect(optimizer.hparams).toEqual({ learningRate: 0.10000000149011612 });
  });

  it("reads the oldest configs: `lr`, and `decay` as Keras 2's legacy optimizers meant it", async () => {
    const optimizer = optimizers.deserialize({
      class_name: 'SGD',
      config: { lr: 1, decay: 1, momentum: 0, nesterov: false, epsilon: null },
    });
    const steps = await runOptimizer(optimizer, { weights: [{ shape: [1], data: [0] }], gradients: [[[-1]], [[-1]], [[-1]]] });
    // learningRate / (1 + decay · step)
    for (const [i, expected] of [1, 1 + 1 / 2, 1 + 1 / 2 + 1 / 3].entries()) expectClose(steps[i] as number[], [expected]);
    expect(optimizers.deserialize({ class_name: 'SGD', config: { learning_rate: 0.5, decay: 0 } }).hparams).toEqual({ learningRate: 0.5 });
    expect(optimizers.deserialize({ class_name: 'Nadam', config: { learning_rate: 0.5, decay: 0.004 } }).hparams).toEqual({
      learningRate: 0.5,
    });
  });

  it('refuses what names no optimizer', () => {
    expect(() => optimizers.get('Nonsense')).toThrow(/unknown optimizer "Nonsense"/);
    for (const value of [null, undefined, 3, [], {}]) {
      expect(() => optimizers.get(value)).toThrow(TypeError);
      expect(() => optimizers.deserialize(value as never)).toThrow(TypeError);
    }
    expect(() => optimizers.deserialize({ class_name: 'SGD', config: { nonsense: 1 } })).toThrow(TypeError);
    // A name that every object has.
    expect(() => optimizers.deserialize({ class_name: 'SGD', config: { constructor: 1 } as never })).toThrow(/no option `constructor`/);
    expect(() => optimizers.deserialize({ class_name: 'SGD', config: 3 as never })).toThrow(TypeError);
    expect(() => optimizers.deserialize({ class_name: 'SGD', config: { learning_rate: -1 } })).toThrow(ValueError);
  });
});
