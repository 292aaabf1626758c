import { createRequire } from 'node:module';
import type { Binding } from './binding.js';

let b: Binding | undefined;
export function binding(): Binding {
  if (b === undefined) {
    b = createRequire(import.meta.url)('../../build/Release/fedkeras.node') as Binding;
    b.loadLibrary('/tmp/w/wh/tensorflow/libtensorflow_cc.so.2', 3);
    b.setConcurrency(2);
  }
  return b;
}
