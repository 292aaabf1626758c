import { ftrl } from '../../../src/keras/optimizers/ftrl.js';
import { checkOptimizer } from './check-optimizer.js';

checkOptimizer(ftrl, {
  steps: {
    'keras.optimizers.Ftrl(0.1)': [
      { learningRate: 0.1 },
      [
        [0.3809621, -1.301631, 0.3231401, 0.1094611, 0.1374556, -0.973592],
        [0.4129878, -1.3372658, 0.2788594, 0.2088556, 0.0565517, -0.9800878],
        [0.3308294, -1.3372658, 0.3341877, 0.200601, 0.1416174, -1.0521481],
        [0.3044158, -1.2901253, 0.3091877, 0.1664627, 0.1143376, -0.9647151],
      ],
    ],
    'keras.optimizers.Ftrl(0.1, learning_rate_power=-0.7, initial_accumulator_value=0.3, l1_regularization_strength=0.01, l2_regularization_strength=0.02, l2_shrinkage_regularization_strength=0.03, beta=0.1)':
      [
        {
          learningRate: 0.1,
          learningRatePower: -0.7,
          initialAccumulatorValue: 0.3,
          l1RegularizationStrength: 0.01,
          l2RegularizationStrength: 0.02,
          l2ShrinkageRegularizationStrength: 0.03,
          beta: 0.1,
        },
        [
          [0.2237813, -1.0946522, 0.3363726, 0.0018132, 0.079185, -0.7207415],
          [0.247244, -1.1184082, 0.305622, 0.0633972, 0.0135656, -0.7214498],
          [0.1804473, -1.11364, 0.3407256, 0.0582107, 0.0789144, -0.7758867],
          [0.1586501, -1.072598, 0.3243745, 0.0374625, 0.0578634, -0.7152237],
        ],
      ],
  },
  refused: [
    [{ learningRatePower: 0.1 }, /learningRatePower/],
    [{ initialAccumulatorValue: -0.1 }, /initialAccumulatorValue/],
    [{ l1RegularizationStrength: -1 }, /l1RegularizationStrength/],
    [{ l2RegularizationStrength: -1 }, /l2RegularizationStrength/],
    [{ l2ShrinkageRegularizationStrength: -1 }, /l2Shrinkage/],
  ],
});
