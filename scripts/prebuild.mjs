// npm run prebuild: builds the addon and puts it, stripped, where the package takes it from.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { path, prepare, run, say } from './lib.mjs';

prepare();
const folder = path('prebuilds', `${process.platform}-${process.arch}`);
mkdirSync(folder, { recursive: true });
// A running process may have the old file open: it is replaced, not overwritten.
const fresh = path('prebuilds', `.fedkeras-${process.pid}.node`);
copyFileSync(path('build/Release/fedkeras.node'), fresh);
run('strip', process.platform === 'darwin' ? ['-x', fresh] : ['--strip-unneeded', fresh]);
renameSync(fresh, `${folder}/fedkeras.node`);
say(`prebuilds/${process.platform}-${process.arch}/fedkeras.node`);
