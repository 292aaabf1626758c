import { scheduleFreeAdamw } from '../../../src/keras/optimizers/schedule-free-adamw.js';
import { checkOptimizer } from './check-optimizer.js';

// Keras's numbers on JAX: on TensorFlow Keras 3.15.1 reads `z` only after it has changed it, which is not the paper's rule.
checkOptimizer(scheduleFreeAdamw, {
  steps: {
    'keras.optimizers.ScheduleFreeAdamW(0.1)': [
      { learningRate: 0.1 },
      [
        [0.9, -1.9, 0.4, 2.9000001, 0.35, -1.6],
        [0.9288926, -1.9288926, 0.3652098, 2.9777191, 0.2804406, -1.605543],
        [0.8773352, -1.9367723, 0.3943225, 2.9931645, 0.3219227, -1.6591339],
        [0.8411117, -1.9090683, 0.3876942, 2.9793062, 0.3169509, -1.6220684],
      ],
    ],
    'keras.optimizers.ScheduleFreeAdamW(0.1, beta_1=0.7, beta_2=0.8, epsilon=1e-3, warmup_steps=3, weight_decay=0.2)': [
      { learningRate: 0.1, beta1: 0.7, beta2: 0.8, epsilon: 1e-3, warmupSteps: 3, weightDecay: 0.2 },
      [
        [0.9667332, -1.9666998, 0.4666833, 2.9669967, 0.2832226, -1.5332857],
        [0.9807357, -1.9707351, 0.4336668, 2.9954128, 0.2274262, -1.522571],
        [0.9003433, -1.9552684, 0.4770768, 2.9680691, 0.2905582, -1.5762794],
        [0.851601, -1.8883935, 0.4555482, 2.9081535, 0.2731572, -1.5008514],
      ],
    ],
  },
  refused: [
    [{ beta1: 0 }, /beta1/],
    [{ beta2: 1.1 }, /beta2/],
    [{ epsilon: -1e-7 }, /epsilon/],
    [{ warmupSteps: -1 }, /warmupSteps/],
  ],
});
