/** The five examples that the cases of Keras's optimizers train with. */
import { tensor } from '../../../src/index.js';

export const x = tensor([
  [1, 2],
  [3, -1],
  [0, 1],
  [-2, 0.5],
  [1, 1],
]);
export const y = tensor([[1], [0], [2], [-1], [0.5]]);
