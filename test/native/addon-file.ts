import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot, platformKey } from '../../src/native/platform.js';

/** The addon that the library loads: the prebuilt one, else the one built here. */
export const addonFile =
  [`prebuilds/${platformKey()}`, 'build/Release'].map((folder) => join(packageRoot(), folder, 'fedkeras.node')).find(existsSync) ?? '';
