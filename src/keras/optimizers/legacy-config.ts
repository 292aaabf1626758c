/** Configs of optimizers as Keras 2 wrote them, in Keras 3's terms. */
import { isDictionary } from '../../tree.js';
import type { KerasConfig } from '../serialization/registry.js';

/** How Keras 2 ran an optimizer, which changes no result. */
const RUNTIME_KEYS = ['jit_compile', 'is_legacy_optimizer', 'schedule_decay'];

/**
 * A config with Keras 3's keys: `lr` is the learning rate, and `decay`, which divided the rate by `1 + decay · step`, becomes the schedule
 * `InverseTimeDecay` (Keras 3 ignores it). Nadam's `decay` was one of its momentum, which Keras 3 fixes at the default.
 */
export function modernConfig(config: KerasConfig): KerasConfig {
  if (!isDictionary(config) || !isDictionary(config.config)) return config;
  const { lr, decay, ...rest } = config.config;
  const modern: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => !RUNTIME_KEYS.includes(key) && !(key === 'epsilon' && value === null)),
  );
  if (lr !== undefined && modern.learning_rate === undefined) modern.learning_rate = lr;
  const rate = modern.learning_rate;
  if (typeof decay === 'number' && decay !== 0 && typeof rate === 'number' && !/nadam/i.test(String(config.class_name))) {
    modern.learning_rate = { class_name: 'InverseTimeDecay', config: { initial_learning_rate: rate, decay_steps: 1, decay_rate: decay } };
  }
  // Keras 2's `.h5` files call its own optimizers as if they were somebody's.
  return { ...config, class_name: String(config.class_name).replace(/^Custom>/, ''), config: modern };
}
