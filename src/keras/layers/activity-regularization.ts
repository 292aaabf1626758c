/** A penalty on what passes through. */
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer, type LayerOptionsOf } from '../engine/layer.js';
import { L1L2 } from '../regularizers/l1-l2.js';
import { number } from '../serialization/fields.js';
import { factory } from '../serialization/keras-object.js';

const fields = {
  /** Factor of the sum of absolute values; 0 by default. */
  l1: number({ min: 0, default: 0 }),
  /** Factor of the sum of squares; 0 by default. */
  l2: number({ min: 0, default: 0 }),
};
export type ActivityRegularizationOptions = LayerOptionsOf<typeof fields>;

/** The same shape. */
export class ActivityRegularization extends Layer<typeof fields> {
  static readonly className = 'ActivityRegularization';
  static readonly fields = fields;
  protected override readonly supportsMasking = true;

  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0 } = options;
    super({ ...options, activityRegularizer: new L1L2({ l1, l2 }) });
  }

  override getConfig(): Record<string, unknown> {
    const { activity_regularizer: _implied, ...config } = super.getConfig();
    return config;
  }

  protected override call(_ctx: Context, x: Output): Output {
    return x;
  }
}

export const activityRegularization = factory<ActivityRegularizationOptions | undefined, ActivityRegularization>(ActivityRegularization);
