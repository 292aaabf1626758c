// npm run bench:scale -- [many-clients|large-model|event-loop]: what must hold at any size; all of them by default, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const NAMES = ['many-clients', 'large-model', 'event-loop'];
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !NAMES.includes(name));
if (unknown !== undefined) {
  console.error(`usage: npm run bench:scale -- [${NAMES.join('|')}] …`);
  process.exit(2);
}
for (const name of asked.length === 0 ? NAMES : asked) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
