import { adam } from '../../../src/keras/optimizers/adam.js';
import * as schedules from '../../../src/keras/optimizers/schedules/index.js';
import { checkOptimizer } from './check-optimizer.js';

checkOptimizer(adam, {
  steps: {
    'keras.optimizers.Adam(0.1)': [
      { learningRate: 0.1 },
      [
        [0.9000013, -1.900001, 0.4000008, 2.9000039, 0.3499983, -1.5999988],
        [0.8654413, -1.865441, 0.3067839, 2.9721444, 0.3133885, -1.6721375],
        [0.7969028, -1.8387257, 0.2825696, 3.0224121, 0.3553538, -1.7569335],
        [0.7269361, -1.791303, 0.2487373, 3.0411327, 0.3721141, -1.738225],
      ],
    ],
    'keras.optimizers.Adam(0.1, beta_1=0.5, beta_2=0.6, epsilon=1e-3, amsgrad=True)': [
      { learningRate: 0.1, beta1: 0.5, beta2: 0.6, epsilon: 1e-3, amsgrad: true },
      [
        [0.9003152, -1.9001578, 0.400079, 2.9015565, 0.3494757, -1.5997746],
        [0.8919091, -1.8917384, 0.3158182, 2.9844072, 0.2906435, -1.6478531],
        [0.8150523, -1.8877448, 0.3351156, 3.0170457, 0.350599, -1.7361573],
        [0.752748, -1.8386515, 0.3180359, 3.0042722, 0.3558904, -1.680511],
      ],
    ],
    'keras.optimizers.Adam(schedules.ExponentialDecay(0.1, 2, 0.5))': [
      { learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }) },
      [
        [0.9000013, -1.900001, 0.4000008, 2.9000039, 0.3499983, -1.5999988],
        [0.8755636, -1.8755634, 0.3340865, 2.951015, 0.3241113, -1.6510086],
        [0.8412944, -1.8622057, 0.3219793, 2.9761488, 0.3450939, -1.6934066],
        [0.8165574, -1.8454393, 0.3100178, 2.9827676, 0.3510196, -1.6867921],
      ],
    ],
  },
  refused: [
    [{ beta1: 1.1 }, /beta1/],
    [{ beta2: -0.1 }, /beta2/],
    [{ epsilon: -1e-7 }, /epsilon/],
  ],
});
