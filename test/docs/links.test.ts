import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const pages = ['README.md', ...readdirSync(new URL('docs', root)).map((name) => `docs/${name}`)];

/** The anchors of a page, by GitHub's rule. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    (title as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

it.each(pages)('%s links to what there is', (page) => {
  const text = readFileSync(new URL(page, root), 'utf8');
  for (const [, target, anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
    const url = target === '' ? new URL(page, root) : new URL(target as string, new URL(page, root));
    expect(existsSync(url), `${page}: ${target}`).toBe(true);
    if (anchor !== undefined) expect(anchors(readFileSync(url, 'utf8')), `${page}: #${anchor}`).toContain(anchor);
  }
});
