import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/graph/context.js';
import type { Output } from '../../../src/graph/graph.js';
import { mul } from '../../../src/graph/ops/math.js';
import { Layer } from '../../../src/keras/engine/layer.js';
import type { Weight } from '../../../src/keras/engine/weight.js';
import { Ones } from '../../../src/keras/initializers/constants.js';
import { Dense } from '../../../src/keras/layers/dense.js';
import { layerClass, layerRegistry, registerLayer, timeDistributed } from '../../../src/keras/layers/index.js';
import { number } from '../../../src/keras/serialization/fields.js';
import { checkLayer } from '../../../src/testing/check-layer.js';

const fields = { factor: number({ default: 2 }) };

/** One weight per feature, times a factor. */
class Gain extends Layer<typeof fields> {
  static readonly className = 'Gain';
  static readonly registeredName = 'Custom>Gain';
  static readonly fields = fields;
  #gain!: Weight;

  protected override build(shape: readonly number[]): void {
    this.#gain = this.addWeight('gain', [shape.at(-1) as number], { initializer: new Ones() });
  }

  protected override call(ctx: Context, x: Output): Output {
    return mul(mul(x, this.read(ctx, this.#gain)), this.options.factor);
  }
}

describe('registerLayer', () => {
  it('makes a layer known by its names, in layers that hold it too', async () => {
    expect(() => layerRegistry.deserialize({ class_name: 'Gain', config: {} })).toThrow(/names an unknown layer "Gain"/);
    registerLayer(Gain);
    await checkLayer({ layer: new Gain({ factor: 3 }), inputs: [[1, 2]], weights: [[1, -1]], expected: [[3, -6]] });
    await checkLayer({ layer: timeDistributed({ layer: new Gain({}) }), inputs: [[[1], [2]]], weights: [[4]], expected: [[[8], [16]]] });
    expect(new Gain().serialize()).toMatchObject({ module: null, class_name: 'Gain', registered_name: 'Custom>Gain' });
    const config = { class_name: 'Other', registered_name: 'Custom>Gain', config: { factor: 5 } };
    expect(layerRegistry.deserialize(config)).toBeInstanceOf(Gain);
  });

  it('refuses what is no layer, and names of layers of Keras', () => {
    expect(() => registerLayer(class {} as never)).toThrow(/`cls` must be a class that extends keras.Layer/);
    expect(() =>
      registerLayer(
        class extends Gain {
          static override readonly className = '' as 'Gain';
        } as never,
      ),
    ).toThrow(/`cls.className` must be the name/);
    expect(() =>
      registerLayer(
        class extends Gain {
          static override readonly className = 'Dense' as 'Gain';
        } as never,
      ),
    ).toThrow(/no name of a layer of Keras's own, received "Dense"/);
    expect(layerRegistry.find('Dense')).toBe(Dense);
  });
});

describe('the class of a config in a file', () => {
  it("is never Keras's own for somebody's layer of the same name", () => {
    for (const module of [undefined, null, 'keras.layers', 'keras.src.layers.core.dense', 'tf_keras.layers', 'tensorflow.keras.layers'])
      expect(layerClass({ class_name: 'Dense', config: {}, module: module as string })).toBe(Dense);
    expect(layerClass({ class_name: 'Dense', config: {}, module: 'keras_hub.layers' })).toBeUndefined();
    expect(layerClass({ class_name: 'Dense', config: {}, module: '__main__', registered_name: 'Dense' })).toBeUndefined();
    expect(layerClass({ class_name: 'Dense', config: {}, module: null, registered_name: 'mine>Dense' })).toBeUndefined();
  });

  it('is one that is registered under the name that Python registers, or that of the class', () => {
    registerLayer(Gain);
    for (const registered_name of ['Custom>Gain', 'other>Gain', 'Gain', null])
      expect(layerClass({ class_name: 'Gain', config: {}, module: '__main__', registered_name })).toBe(Gain);
    expect(layerClass({ class_name: 'Else', config: {}, registered_name: 'Custom>Gain' })).toBe(Gain);
  });
});

describe('a lambda layer', () => {
  it('says what to do instead', () => {
    const config = {
      class_name: 'Lambda',
      config: { name: 'twice', function: { class_name: '__lambda__', config: { code: 'x' } }, arguments: {} },
    };
    expect(() => layerRegistry.deserialize(config)).toThrow(/holds Python code, which cannot be run here: .* keras.registerLayer/);
  });
});
