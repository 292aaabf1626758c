/**
 * Places for the boxes of a directed graph: in rows from start to end, after Sugiyama, Tagawa and Toda, IEEE SMC 11 (1981).
 *
 * An edge over several rows has a place in each row between, so that lines do not cross boxes.
 */

export interface Box {
  /** Its row; edges lead to later rows, as a rule. */
  readonly row: number;
  /** Its size along the row, in pixels. */
  readonly size: number;
}

export interface Layout {
  /** The boxes' centres along their rows. */
  readonly centers: readonly number[];
  /** For each edge, the centres of its places in the rows between its ends. */
  readonly bends: readonly (readonly number[])[];
  /** Length of the longest row. */
  readonly length: number;
}

const GAP = 28;
const BEND = 12;
const SWEEPS = 4;

/** @param edges Pairs of boxes' indices. */
export function layeredLayout(boxes: readonly Box[], edges: readonly (readonly [number, number])[]): Layout {
  const sizes = boxes.map((box) => box.size);
  const rowOf = boxes.map((box) => box.row);
  const before: number[][] = boxes.map(() => []);
  const after: number[][] = boxes.map(() => []);
  const bends = edges.map(([from, to]) => {
    const between: number[] = [];
    for (let row = (rowOf[from] as number) + 1; row < (rowOf[to] as number); row++) {
      between.push(sizes.push(BEND) - 1);
      rowOf.push(row);
    }
    const chain = [from, ...between, to];
    for (let i = 1; i < chain.length; i++) {
      const [a, b] = [chain[i - 1] as number, chain[i] as number];
      before[b] = [...(before[b] ?? []), a];
      after[a] = [...(after[a] ?? []), b];
    }
    return between;
  });

  const rows: number[][] = [];
  rowOf.forEach((row, place) => {
    while (rows.length <= row) rows.push([]);
    rows[row]?.push(place);
  });
  // Each row is sorted by where its neighbours are, from the start and from the end in turns, which takes most crossings out.
  const position = new Map<number, number>();
  const number = (row: readonly number[]): void => row.forEach((place, i) => position.set(place, (i + 0.5) / row.length));
  rows.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const neighbours = sweep % 2 === 0 ? before : after;
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const wanted = new Map(row.map((place) => [place, average((neighbours[place] ?? []).map((n) => position.get(n) as number))]));
      const at = (place: number): number => wanted.get(place) ?? (position.get(place) as number);
      row.sort((a, b) => at(a) - at(b));
      number(row);
    }
  }

  const lengths = rows.map((row) => row.reduce((sum, place) => sum + (sizes[place] as number) + GAP, -GAP));
  const length = Math.max(0, ...lengths);
  const centers: number[] = [];
  rows.forEach((row, r) => {
    let at = (length - (lengths[r] as number)) / 2;
    for (const place of row) {
      centers[place] = at + (sizes[place] as number) / 2;
      at += (sizes[place] as number) + GAP;
    }
  });
  return {
    centers: centers.slice(0, boxes.length),
    bends: bends.map((between) => between.map((place) => centers[place] as number)),
    length,
  };
}

const average = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
