/** Configs of Keras 2 and tfjs in Keras 3's terms, where the same words mean something else. */
import { isDictionary } from '../../tree.js';

/** Whether the version that a file names is one of Keras 3; old files name none. */
export const isKeras3 = (version: unknown): boolean => typeof version === 'string' && version.startsWith('3.');

/**
 * A model's config with what Keras 2 meant said as Keras 3 says it: its `hard_sigmoid` is steeper, and a GRU whose config does not name
 * `reset_after` is from before there was a choice.
 */
export function presentConfig(config: unknown): unknown {
  if (Array.isArray(config)) return config.map(presentConfig);
  if (!isDictionary(config)) return config;
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    /^(recurrent_)?activation$/.test(key) ? presentActivation(value) : presentConfig(value),
  ]);
  const present = Object.fromEntries(entries) as Record<string, unknown>;
  if ((present.class_name === 'GRU' || present.class_name === 'GRUCell') && isDictionary(present.config))
    return { ...present, config: { reset_after: false, ...present.config } };
  return present;
}

function presentActivation(value: unknown): unknown {
  const name = isDictionary(value) ? value.config : value;
  return name === 'hard_sigmoid' || name === 'hardSigmoid' ? 'hard_sigmoid_keras2' : value;
}
