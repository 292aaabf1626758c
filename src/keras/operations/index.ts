/** The operations of Keras's functional graphs. One is added by an entry in its family's list. */
import { ValueError } from '../../errors.js';
import { isDictionary } from '../../tree.js';
import { OperationLayer } from '../engine/operation-layer.js';
import { ELEMENTWISE } from './elementwise.js';
import { PRODUCTS } from './products.js';
import { REDUCTIONS } from './reductions.js';
import { SHAPES } from './shapes.js';

/** All operations by Keras's class name. */
export const OPERATIONS = new Map([...ELEMENTWISE, ...PRODUCTS, ...REDUCTIONS, ...SHAPES].map((operation) => [operation.name, operation]));

/** Whether a config is that of an operation rather than a layer: both have an `Add`. */
export const isOperation = (config: unknown): boolean =>
  isDictionary(config) && typeof config.module === 'string' && config.module.startsWith('keras.src.ops');

/** The operation of a config. @throws ValueError for an unknown one */
export function deserializeOperation(className: string, config: Readonly<Record<string, unknown>>): OperationLayer {
  const operation = OPERATIONS.get(className);
  if (operation === undefined)
    throw new ValueError(
      `unknown operation ${className}: replace it by a layer of your own, made known by keras.registerLayer (docs/own-layers.md)`,
    );
  return new OperationLayer(operation, config);
}
