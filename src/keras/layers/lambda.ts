/** What says that Python's lambda layers cannot be read. */
import { ValueError } from '../../errors.js';
import type { Context } from '../../graph/context.js';
import type { Output } from '../../graph/graph.js';
import { Layer } from '../engine/layer.js';
import { field } from '../serialization/fields.js';

const fields = {
  /** Python's bytes, of which nothing can be made. */
  function: field<never, never>(
    () => {
      throw new ValueError(
        'a Lambda layer holds Python code, which cannot be run here: replace it by a layer of your own, in Python by a registered class and here by one that extends keras.Layer and is made known by keras.registerLayer',
      );
    },
    (value) => value,
  ),
};

/** Keras's layer around a function of Python: known by name, so that files which hold one say what to do. */
export class Lambda extends Layer<typeof fields> {
  static readonly className = 'Lambda';
  static readonly fields = fields;
  static readonly ignoredKeys = [
    'arguments',
    'mask',
    'module',
    'function_type',
    'output_shape',
    'output_shape_type',
    'output_shape_module',
  ];

  protected override call(_ctx: Context, x: Output): Output {
    return x;
  }
}
