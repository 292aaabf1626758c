import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as fedkeras from '../../src/index.js';
import * as testing from '../../src/testing/index.js';
import { expectPredictions, fixture } from '../keras/saving/fixtures.js';

const page = readFileSync(new URL('../../docs/own-layers.md', import.meta.url), 'utf8');
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

/** Runs the page's programs, one after another in one module, as a reader would; what they print is written beside it. */
async function runPage(): Promise<{ printed: unknown[]; promised: string[] }> {
  const code = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
  const printed: unknown[] = [];
  const program = code.replace(
    /^import (\{[^}]*\}) from 'fedkeras(?:\/(testing))?';/gm,
    (_, names, sub) => `const ${names} = ${sub ?? 'fedkeras'};`,
  );
  const own = { log: (value: unknown) => printed.push(value) };
  await new AsyncFunction('fedkeras', 'testing', 'console', program)(fedkeras, testing, own);
  return { printed, promised: [...code.matchAll(/\/\/ → (.*)/g)].map((match) => match[1] as string) };
}

describe('the page about layers of your own', () => {
  it('has the message that loading gives, programs that print what it says, and layers that open files of Python', async () => {
    const { keras } = fedkeras;
    const error = await keras.loadModel(fixture('own.keras')).then(
      () => expect.fail('nothing was thrown'),
      (e: Error) => e.message,
    );
    const message = /unknown layer "Gain": (.*\n.*)\n/.exec(page)?.[1]?.replace(/\n */, ' ');
    expect(error).toMatch(/own\.keras: layer `steps\/gain`: unknown layer "Gain": /);
    expect(error.endsWith(`unknown layer "Gain": ${message}`)).toBe(true);

    const { printed, promised } = await runPage();
    expect(printed.length).toBe(3);
    expect(printed.map((value) => (typeof value === 'string' ? value : inspect(value)))).toEqual(promised);

    await expectPredictions(await keras.loadModel(fixture('own.keras')), 'own');
  });
});
