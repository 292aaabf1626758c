/** A rate that is constant between given steps. */
import { ValueError } from '../../../errors.js';
import type { Output } from '../../../graph/graph.js';
import { gather } from '../../../graph/ops/array.js';
import { cast, greater } from '../../../graph/ops/math.js';
import { sum } from '../../../graph/ops/reduce.js';
import { mustHold } from '../../../validate.js';
import { list, number, type OptionsOf } from '../../serialization/fields.js';
import { factory } from '../../serialization/keras-object.js';
import { LearningRateSchedule, scheduleName } from './learning-rate-schedule.js';

const fields = {
  /** The last steps of all pieces but the last, ascending. */
  boundaries: list(number()),
  /** The rates of the pieces, not negative: one more than there are boundaries. */
  values: list(number({ min: 0 })),
  name: scheduleName('PiecewiseConstant'),
};
export type PiecewiseConstantDecayOptions = OptionsOf<typeof fields>;

/** `values[i]`, where `i` is the number of boundaries below the step. */
export class PiecewiseConstantDecay extends LearningRateSchedule<typeof fields> {
  static readonly className = 'PiecewiseConstantDecay';
  static readonly fields = fields;

  constructor(options: PiecewiseConstantDecayOptions) {
    super(options);
    const { boundaries, values } = this.options;
    if (boundaries.length !== values.length - 1)
      throw new ValueError(
        `\`boundaries\` must be one less than \`values\`, received ${boundaries.length} boundaries and ${values.length} values`,
      );
    if (boundaries.some((b, i) => i > 0 && b <= (boundaries[i - 1] as number))) throw mustHold('boundaries', 'ascending', boundaries);
  }

  protected override call(step: Output): Output {
    const { boundaries, values } = this.options;
    const rates = step.graph.constant([...values], 'float32');
    if (boundaries.length === 0) return gather(rates, step.graph.constant(0, 'int32', []));
    return gather(rates, sum(cast(greater(step, step.graph.constant([...boundaries], 'float32')), 'int32')));
  }
}

export const piecewiseConstantDecay = factory<PiecewiseConstantDecayOptions, PiecewiseConstantDecay>(PiecewiseConstantDecay);
