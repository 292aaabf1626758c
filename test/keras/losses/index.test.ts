import { expect, test } from 'vitest';
import { deserialize, get, lossRegistry } from '../../../src/keras/losses/index.js';

/** `get_config()` of every loss of Keras 3.15 with its defaults. */
const KERAS_CONFIGS = {
  BinaryCrossentropy: { name: 'binary_crossentropy', reduction: 'sum_over_batch_size', from_logits: false, label_smoothing: 0, axis: -1 },
  BinaryFocalCrossentropy: {
    name: 'binary_focal_crossentropy',
    reduction: 'sum_over_batch_size',
    from_logits: false,
    label_smoothing: 0,
    axis: -1,
    apply_class_balancing: false,
    alpha: 0.25,
    gamma: 2,
  },
  CTC: { name: 'ctc', reduction: 'sum_over_batch_size' },
  CategoricalCrossentropy: {
    name: 'categorical_crossentropy',
    reduction: 'sum_over_batch_size',
    from_logits: false,
    label_smoothing: 0,
    axis: -1,
  },
  CategoricalFocalCrossentropy: {
    name: 'categorical_focal_crossentropy',
    reduction: 'sum_over_batch_size',
    from_logits: false,
    label_smoothing: 0,
    axis: -1,
    alpha: 0.25,
    gamma: 2,
  },
  CategoricalHinge: { name: 'categorical_hinge', reduction: 'sum_over_batch_size' },
  Circle: { name: 'circle', reduction: 'sum_over_batch_size', gamma: 80, margin: 0.4, remove_diagonal: true },
  CosineSimilarity: { name: 'cosine_similarity', reduction: 'sum_over_batch_size' },
  Dice: { name: 'dice', reduction: 'sum_over_batch_size', axis: null },
  Hinge: { name: 'hinge', reduction: 'sum_over_batch_size' },
  Huber: { name: 'huber_loss', reduction: 'sum_over_batch_size' },
  KLDivergence: { name: 'kl_divergence', reduction: 'sum_over_batch_size' },
  LogCosh: { name: 'log_cosh', reduction: 'sum_over_batch_size' },
  MeanAbsoluteError: { name: 'mean_absolute_error', reduction: 'sum_over_batch_size' },
  MeanAbsolutePercentageError: { name: 'mean_absolute_percentage_error', reduction: 'sum_over_batch_size' },
  MeanSquaredError: { name: 'mean_squared_error', reduction: 'sum_over_batch_size' },
  MeanSquaredLogarithmicError: { name: 'mean_squared_logarithmic_error', reduction: 'sum_over_batch_size' },
  Poisson: { name: 'poisson', reduction: 'sum_over_batch_size' },
  SparseCategoricalCrossentropy: {
    name: 'sparse_categorical_crossentropy',
    reduction: 'sum_over_batch_size',
    from_logits: false,
    ignore_class: null,
  },
  SquaredHinge: { name: 'squared_hinge', reduction: 'sum_over_batch_size' },
  Tversky: { name: 'tversky', reduction: 'sum_over_batch_size', alpha: 0.5, beta: 0.5, axis: null },
  CategoricalGeneralizedCrossEntropy: { name: 'categorical_generalized_cross_entropy', reduction: 'sum_over_batch_size', q: 0.5 },
} as const;

test.each(Object.entries(KERAS_CONFIGS))('%s has the defaults, the name and the config of Keras', (className, config) => {
  expect(deserialize({ class_name: className, config: {} }).getConfig()).toMatchObject(config);
  expect(deserialize({ class_name: className, config }).getConfig()).toMatchObject(config);
});

test('there is a loss for each of them, and no other', () =>
  expect(
    lossRegistry
      .classes()
      .map((c) => c.className)
      .sort(),
  ).toEqual(Object.keys(KERAS_CONFIGS).sort()));

test('names in every spelling', () => {
  for (const name of ['mse', 'MSE', 'mean_squared_error', 'meanSquaredError', 'MeanSquaredError'])
    expect(get(name).className).toBe('MeanSquaredError');
  expect(get('kld').className).toBe('KLDivergence');
  expect(get('bce').className).toBe('BinaryCrossentropy');
  expect(() => get('mean_sqared')).toThrow(/unknown loss "mean_sqared"; similar:.*MeanSquaredError/);
  expect(() => get('')).toThrow(/unknown loss ""$/);
});

test('configs of Keras 2 and of wrapped functions', () => {
  const config = {
    reduction: 'auto',
    name: 'sparse_categorical_crossentropy',
    from_logits: true,
    ignore_class: null,
    fn: 'sparse_categorical_crossentropy',
  };
  const legacy = deserialize({ class_name: 'SparseCategoricalCrossentropy', config });
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
