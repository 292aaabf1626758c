import { expect, test } from 'vitest';
import { deserialize, get, lossRegistry } from '../../../src/keras/losses/index.js';

test('names in every spelling', () => {
  for (const name of ['mse', 'MSE', 'mean_squared_error', 'meanSquaredError', 'MeanSquaredError'])
    expect(get(name).className).toBe('MeanSquaredError');
  expect(get('kld').className).toBe('KLDivergence');
  expect(get('bce').className).toBe('BinaryCrossentropy');
  expect(() => get('mean_sqared')).toThrow(/unknown loss "mean_sqared"; similar:.*MeanSquaredError/);
});

test('every loss comes back from its config, under the name that Keras gives it', () => {
  const own = { Huber: 'huber_loss', KLDivergence: 'kl_divergence', CTC: 'ctc', LogCosh: 'log_cosh' } as Record<string, string>;
  for (const cls of lossRegistry.classes()) {
    const loss = new cls({});
    const config = loss.serialize('keras.losses');
    expect(deserialize(JSON.parse(JSON.stringify(config))).serialize('keras.losses')).toEqual(config);
    expect(loss.name).toBe(own[cls.className] ?? cls.className.replace(/(?<!^)[A-Z]/g, (c) => `_${c}`).toLowerCase());
  }
});

test('configs of Keras 2 and of wrapped functions', () => {
  const legacy = deserialize({
    class_name: 'SparseCategoricalCrossentropy',
    config: {
      reduction: 'auto',
      name: 'sparse_categorical_crossentropy',
      from_logits: true,
      ignore_class: null,
      fn: 'sparse_categorical_crossentropy',
    },
  });
  expect(legacy.getConfig()).toMatchObject({ reduction: 'sum_over_batch_size', from_logits: true });
  const fn = { module: 'builtins', class_name: 'function', config: 'mean_absolute_error', registered_name: 'mean_absolute_error' };
  const wrapped = deserialize({ class_name: 'LossFunctionWrapper', config: { fn, name: 'mine', reduction: null } });
  expect(wrapped.className).toBe('MeanAbsoluteError');
  expect(wrapped.getConfig()).toMatchObject({ name: 'mine', reduction: 'none' });
  expect(deserialize({ class_name: 'function', config: 'huber' } as never).className).toBe('Huber');
  expect(() => deserialize({ class_name: 'LossFunctionWrapper', config: { fn: null } })).toThrow(
    /`fn of LossFunctionWrapper` must be the name/,
  );
});
