/** Models drawn as SVG. */
import { checkBoolean, checkOneOf, checkOptions, mustBe } from '../../validate.js';
import type { Functional } from '../engine/functional.js';
import type { Layer } from '../engine/layer.js';
import { Model } from '../engine/model.js';
import type { Sequential } from '../engine/sequential.js';
import { layeredLayout } from './layered-layout.js';
import { inputShapes, outputShapes } from './summary.js';

export interface PlotModelOptions {
  /** Whether the shapes of inputs and outputs are shown; `false` by default. */
  readonly showShapes?: boolean;
  /** Whether the outputs' element types are shown; `false` by default. */
  readonly showDtype?: boolean;
  /** Whether the layers' names are shown beside their classes; `false` by default. */
  readonly showLayerNames?: boolean;
  /** `TB` draws from top to bottom (default), `LR` from left to right. */
  readonly rankDir?: 'TB' | 'LR';
}

const CHARACTER = 7.8;
const LINE = 18;
const MARGIN = 12;
const ROW_GAP = 36;

/**
 * A model drawn as a graph of its layers, after Keras's `plot_model`.
 *
 * @returns The text of an SVG file.
 * @throws TypeError for something that is no model, ValueError for a model that is not built.
 */
export function plotModel(model: Model, options: PlotModelOptions = {}): string {
  if (!(model instanceof Model)) throw mustBe('model', 'a Keras model', model);
  checkOptions('options of plotModel', options, ['showShapes', 'showDtype', 'showLayerNames', 'rankDir']);
  const shown = {
    shapes: checkBoolean('showShapes', options.showShapes ?? false),
    dtype: checkBoolean('showDtype', options.showDtype ?? false),
    names: checkBoolean('showLayerNames', options.showLayerNames ?? false),
  };
  const down = checkOneOf('rankDir', options.rankDir ?? 'TB', ['TB', 'LR']) === 'TB';
  const graph = ((model as Partial<Sequential>).functional ?? model) as unknown as Functional;
  const { layers, edges, rows } = connected(graph);
  const labels = layers.map((layer) => label(layer, shown));
  const sizes = labels.map((lines) => ({
    width: Math.max(...lines.map((line) => line.length)) * CHARACTER + 2 * MARGIN,
    height: lines.length * LINE + MARGIN,
  }));

  // A row's depth is that of its deepest box; boxes are centred in it.
  const depths: number[] = [];
  sizes.forEach(({ width, height }, i) => {
    const row = rows[i] as number;
    depths[row] = Math.max(depths[row] ?? 0, down ? height : width);
  });
  const starts = depths.map((_, row) => depths.slice(0, row).reduce((sum, depth) => sum + depth + ROW_GAP, 0));
  const middle = (row: number): number => (starts[row] as number) + (depths[row] as number) / 2;
  const layout = layeredLayout(
    sizes.map(({ width, height }, i) => ({ row: rows[i] as number, size: down ? width : height })),
    edges,
  );
  const point = (along: number, across: number): string =>
    (down ? [along, across] : [across, along]).map((v) => round(v + MARGIN)).join(' ');
  const boxes = sizes.map(({ width, height }, i) => {
    const [along, across] = [layout.centers[i] as number, middle(rows[i] as number)];
    const [x, y] = down ? [along - width / 2, across - height / 2] : [across - width / 2, along - height / 2];
    return box(labels[i] as string[], x + MARGIN, y + MARGIN, width, height);
  });
  const lines = edges.map(([from, to], e) => {
    const edge = (i: number, side: 1 | -1): [number, number] => {
      const depth = down ? sizes[i]?.height : sizes[i]?.width;
      return [layout.centers[i] as number, middle(rows[i] as number) + (side * (depth as number)) / 2];
    };
    const bends = (layout.bends[e] as number[]).flatMap((along, k): [number, number][] => {
      const row = (rows[from] as number) + 1 + k;
      return [
        [along, starts[row] as number],
        [along, (starts[row] as number) + (depths[row] as number)],
      ];
    });
    return curve([edge(from, 1), ...bends, edge(to, -1)], point);
  });
  const across = (starts.at(-1) as number) + (depths.at(-1) as number);
  const [width, height] = (down ? [layout.length, across] : [across, layout.length]).map((v) => round(v + 2 * MARGIN));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">`,
    `<title>${escaped(model.name)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#444"/></marker></defs>',
    ...lines,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

/** The layers with their rows, each after those of all that it is given, and who hands something to whom. */
function connected(graph: Functional): { layers: readonly Layer[]; edges: [number, number][]; rows: number[] } {
  const { layers } = graph;
  const numbers = new Map(layers.map((layer, i) => [layer, i]));
  const edges = new Map<string, [number, number]>();
  for (const { layer, tensors } of graph.order) {
    for (const t of tensors) {
      const edge: [number, number] = [numbers.get(t.node.layer) as number, numbers.get(layer) as number];
      if (edge[0] !== edge[1]) edges.set(edge.join(), edge);
    }
  }
  // Between layers that are used again, edges may lead back; those decide about no row.
  const rows = layers.map(() => 0);
  for (const [from, to] of [...edges.values()].sort(([a], [b]) => a - b))
    if (from < to) rows[to] = Math.max(rows[to] as number, (rows[from] as number) + 1);
  return { layers, edges: [...edges.values()], rows };
}

function label(layer: Layer, shown: { shapes: boolean; dtype: boolean; names: boolean }): string[] {
  const dtypes = [...new Set(layer.nodes.at(-1)?.outputs.map((t) => t.dtype))];
  return [
    shown.names ? `${layer.name} (${layer.className})` : layer.className,
    ...(shown.shapes ? [`Input shape: ${inputShapes(layer)}`, `Output shape: ${outputShapes(layer)}`] : []),
    ...(shown.dtype ? [`Output dtype: ${dtypes.join(', ')}`] : []),
  ];
}

function box(lines: readonly string[], x: number, y: number, width: number, height: number): string {
  const texts = lines.map(
    (line, i) =>
      `<text x="${round(x + width / 2)}" y="${round(y + MARGIN / 2 + LINE * (i + 0.7))}"${i === 0 ? ' font-weight="bold"' : ''}>${escaped(line)}</text>`,
  );
  const rect = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="4" fill="#fff" stroke="#444"/>`;
  return `<g text-anchor="middle">${rect}${texts.join('')}</g>`;
}

/** A line through points that leaves and arrives across the rows. */
function curve(points: readonly (readonly [number, number])[], point: (along: number, across: number) => string): string {
  const [[startAlong, startAcross], ...rest] = points as [readonly [number, number], ...(readonly [number, number])[]];
  let d = `M${point(startAlong, startAcross)}`;
  let [along, across] = [startAlong, startAcross];
  for (const [nextAlong, nextAcross] of rest) {
    const half = (across + nextAcross) / 2;
    d += `C${point(along, half)} ${point(nextAlong, half)} ${point(nextAlong, nextAcross)}`;
    [along, across] = [nextAlong, nextAcross];
  }
  return `<path d="${d}" fill="none" stroke="#444" marker-end="url(#arrow)"/>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
// Other control characters cannot be in XML at all.
const escaped = (text: string): string => [...text].map((c) => (c < ' ' ? '\ufffd' : (ENTITIES[c] ?? c))).join('');
