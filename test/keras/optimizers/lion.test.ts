import { lion } from '../../../src/keras/optimizers/lion.js';
import { checkOptimizer } from './check-optimizer.js';

checkOptimizer(lion, {
  steps: {
    'keras.optimizers.Lion(0.1)': [
      { learningRate: 0.1 },
      [
        [0.9, -1.9, 0.4, 2.9000001, 0.35, -1.6],
        [1.0, -2.0, 0.3, 3.0, 0.25, -1.7],
        [0.9, -1.9, 0.4, 3.0999999, 0.35, -1.8000001],
        [0.8, -1.8, 0.3, 3.0, 0.25, -1.7],
      ],
    ],
    'keras.optimizers.Lion(0.1, beta_1=0.7, beta_2=0.6)': [
      { learningRate: 0.1, beta1: 0.7, beta2: 0.6 },
      [
        [0.9, -1.9, 0.4, 2.9000001, 0.35, -1.6],
        [0.8, -1.8, 0.3, 3.0, 0.25, -1.7],
        [0.6999999, -1.6999999, 0.2, 3.0999999, 0.35, -1.8000001],
        [0.5999999, -1.5999999, 0.1, 3.1999998, 0.45, -1.7],
      ],
    ],
  },
  refused: [
    [{ beta1: 0 }, /beta1/],
    [{ beta1: 1.1 }, /beta1/],
    [{ beta2: -0.1 }, /beta2/],
  ],
});
