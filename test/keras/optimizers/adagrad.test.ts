import { adagrad } from '../../../src/keras/optimizers/adagrad.js';
import { checkOptimizer } from './check-optimizer.js';

checkOptimizer(adagrad, {
  steps: {
    'keras.optimizers.Adagrad(0.1)': [
      { learningRate: 0.1 },
      [
        [0.9154846, -1.9046538, 0.401227, 2.9698489, 0.3188247, -1.5911323],
        [0.9475102, -1.9402887, 0.3569463, 3.0692434, 0.2379207, -1.597628],
        [0.8653519, -1.9402887, 0.4122746, 3.0609889, 0.3229865, -1.6696883],
        [0.8389384, -1.8931482, 0.3872746, 3.0268507, 0.2957067, -1.5822554],
      ],
    ],
    'keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.5, epsilon=1e-2)': [
      { learningRate: 0.1, initialAccumulatorValue: 0.5, epsilon: 1e-2 },
      [
        [0.9426461, -1.9186212, 0.4058237, 2.9861324, 0.2887298, -1.5700001],
        [0.9650068, -1.9495741, 0.3632222, 3.0833631, 0.2274926, -1.5749938],
        [0.8940768, -1.9495741, 0.4170691, 3.0752869, 0.3049523, -1.6374158],
        [0.8710679, -1.9074624, 0.3926982, 3.0418034, 0.2799523, -1.5532192],
      ],
    ],
  },
  refused: [
    [{ initialAccumulatorValue: -0.1 }, /initialAccumulatorValue/],
    [{ epsilon: -1e-7 }, /epsilon/],
  ],
});
