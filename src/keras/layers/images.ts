/** What layers for images share. */
import { ValueError } from '../../errors.js';
import type { Output } from '../../graph/graph.js';

/** @throws ValueError for anything but a batch of images */
export function checkImages(name: string, x: Output): void {
  if (x.rank !== 4) throw new ValueError(`layer \`${name}\` needs an input [batch, height, width, channels], received ${x}`);
}
