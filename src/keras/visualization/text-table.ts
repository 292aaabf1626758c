/**
 * Tables of text in a fixed width, as the Python package `rich` draws them: Keras prints its summaries with it.
 *
 * Long cells are folded between words; a word that is longer than its column ends with an ellipsis. Headers stand at the bottom.
 */

export interface Column {
  readonly header: string;
  readonly align: 'left' | 'right' | 'center';
  /** Its share of the table's width, in characters. */
  readonly width: number;
}

/** The table's lines. @param width Of the whole table, borders included. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = innerWidths(
    columns.map((c) => c.width),
    width,
  );
  const rule = (left: string, line: string, cross: string, right: string): string =>
    `${left}${widths.map((w) => line.repeat(w + 2)).join(cross)}${right}`;
  const draw = (cells: readonly string[], bar: string, bottom = false): string[] => {
    const folded = cells.map((cell, i) => fold(cell, widths[i] as number));
    const height = Math.max(...folded.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = columns.map(({ align }, i) => {
        const lines = folded[i] as string[];
        return aligned(lines[bottom ? line - height + lines.length : line] ?? '', widths[i] as number, align);
      });
      return `${bar} ${parts.join(` ${bar} `)} ${bar}`;
    });
  };
  const body = rows.flatMap((row, i) => [...(i === 0 ? [] : [rule('├', '─', '┼', '┤')]), ...draw(row, '│')]);
  return [
    rule('┏', '━', '┳', '┓'),
    ...draw(
      columns.map((c) => c.header),
      '┃',
      true,
    ),
    rule('┡', '━', '╇', '┩'),
    ...body,
    rule('└', '─', '┴', '┘'),
  ];
}

/** The columns' widths without borders and margins, which are taken from all alike (`ratio_reduce` in rich). */
function innerWidths(widths: readonly number[], total: number): number[] {
  const available = total - (widths.length + 1);
  let excess = widths.reduce((sum, w) => sum + w + 2, 0) - available;
  return widths.map((w, i) => {
    const share = Math.min(w + 2, roundToEven(excess / (widths.length - i)));
    excess -= share;
    return Math.max(w - share, 1);
  });
}

/** Python's rounding: halves go to the even neighbour. */
export function roundToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A text in lines of at most `width` characters (`divide_line` in rich). */
function fold(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    if (line === '' || width - [...line].length >= [...word.trimEnd()].length) line += word;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((l) => {
    const letters = [...l.trimEnd()];
    return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : letters.join('');
  });
}

function aligned(text: string, width: number, align: Column['align']): string {
  const space = Math.max(width - [...text].length, 0);
  const left = align === 'left' ? 0 : align === 'right' ? space : Math.floor(space / 2);
  return `${' '.repeat(left)}${text}${' '.repeat(space - left)}`;
}
