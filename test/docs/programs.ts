/** Programs of a page of the documentation, run as a reader would: one after another in one module. */
import { readFileSync } from 'node:fs';
import { format } from 'node:util';
import * as fedkeras from '../../src/index.js';
import * as testing from '../../src/testing/index.js';

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<void>;

/** The text of a page. */
export const readPage = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The programs of a page. */
export const programsOf = (page: string): string[] => [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] as string);

/** What a page's programs print, and what is written beside it. */
export async function runPage(page: string): Promise<{ printed: string[]; promised: string[] }> {
  const code = programsOf(page).join('\n');
  const printed: string[] = [];
  const program = code
    .replace(/^import (\{[^}]*\}) from 'fedkeras(?:\/(testing))?';/gm, (_, names, sub) => `const ${names} = ${sub ?? 'fedkeras'};`)
    .replace(
      /^import (\{[^}]*\}) from ('node:[\w/]+');/gm,
      (_, names, builtin) => `const ${names} = process.getBuiltinModule(${builtin});`,
    );
  const own = { log: (...values: unknown[]) => printed.push(format(...values)) };
  await new AsyncFunction('fedkeras', 'testing', 'console', program)(fedkeras, testing, own);
  return { printed, promised: [...code.matchAll(/\/\/ → (.*)/g)].map((match) => match[1] as string) };
}
