/** Keras's fuzz factor (`keras.backend.epsilon()`): keeps divisors and logarithms away from zero. */
export const EPSILON = 1e-7;
