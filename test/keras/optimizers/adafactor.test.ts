import { adafactor } from '../../../src/keras/optimizers/adafactor.js';
import { checkOptimizer } from './check-optimizer.js';

checkOptimizer(adafactor, {
  steps: {
    'keras.optimizers.Adafactor(0.1)': [
      { learningRate: 0.1 },
      [
        [0.9210671, -1.6761663, 0.3237208, 2.9819198, 0.3575291, -1.607529],
        [1.0021976, -1.7816781, 0.2041855, 3.2151062, 0.2163955, -1.6202343],
        [0.6973827, -1.7816781, 0.3904377, 3.1873686, 0.3366443, -1.7309595],
        [0.5878841, -1.5960996, 0.2907844, 3.0546672, 0.280012, -1.5639617],
      ],
    ],
    'keras.optimizers.Adafactor(10.0, beta_2_decay=-0.6, epsilon_1=1e-10, epsilon_2=1e-2, clip_threshold=0.5, relative_step=False)': [
      { learningRate: 10.0, beta2Decay: -0.6, epsilon1: 1e-10, epsilon2: 1e-2, clipThreshold: 0.5, relativeStep: false },
      [
        [0.6053352, -0.3808311, -0.3813962, 2.9095986, 0.7876453, -2.0376453],
        [0.9547094, -0.784556, -0.8435432, 3.7106605, 0.019516, -2.1184239],
        [-0.0256139, -0.784556, -0.2398529, 3.6185308, 0.4583204, -2.544404],
        [-0.3961916, -0.1612659, -0.5889212, 3.157228, 0.231714, -1.9390919],
      ],
    ],
  },
  refused: [
    [{ epsilon1: -1 }, /epsilon1/],
    [{ epsilon2: -1 }, /epsilon2/],
    [{ clipThreshold: 0 }, /clipThreshold/],
  ],
});
