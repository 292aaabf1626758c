// The report: one HTML file without anything from the network.
import { writeFile } from 'node:fs/promises';

const WIDTH = 640;
const HEIGHT = 260;
const PAD = { left: 52, right: 12, top: 14, bottom: 34 };

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** Round numbers for an axis. */
function ticks(low, high, count = 5) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) => Number((first + i * step).toPrecision(6)));
}

/** Lines over rounds, as SVG. */
function chart(title, series) {
  const points = series.flatMap((s) => s.points);
  if (points.length === 0) return '';
  const [x0, x1] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
  const [low, high] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const margin = (high - low) * 0.05 || 0.05;
  const [y0, y1] = [low - margin, high + margin];
  const px = (x) => PAD.left + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - PAD.left - PAD.right);
  const py = (y) => HEIGHT - PAD.bottom - ((y - y0) / (y1 - y0)) * (HEIGHT - PAD.top - PAD.bottom);
  const grid = ticks(y0, y1).map(
    (y) =>
      `<line x1="${PAD.left}" x2="${WIDTH - PAD.right}" y1="${py(y)}" y2="${py(y)}" class="grid"/><text x="${PAD.left - 8}" y="${py(y) + 4}" class="label end">${y}</text>`,
  );
  const bottom = ticks(x0, x1, 8).map((x) => `<text x="${px(x)}" y="${HEIGHT - PAD.bottom + 18}" class="label middle">${x}</text>`);
  const lines = series.map(
    (s, i) => `<polyline class="line c${i}" points="${s.points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(' ')}"/>`,
  );
  const legend = series.map((s, i) => `<span class="key c${i}">${escaped(s.name)}</span>`).join('');
  return `<figure><figcaption>${escaped(title)} ${legend}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${grid.join('')}${bottom.join('')}${lines.join('')}<text x="${WIDTH / 2}" y="${HEIGHT - 2}" class="label middle">round</text></svg></figure>`;
}

/** A row per client, a field per digit: the darker, the more of it. */
function heatmap(histogram) {
  const most = Math.max(1, ...histogram.flat());
  const cell = { w: 34, h: Math.max(3, Math.min(12, 600 / histogram.length)) };
  const fields = histogram.flatMap((row, c) =>
    row.map(
      (n, d) =>
        `<rect x="${40 + d * cell.w}" y="${18 + c * cell.h}" width="${cell.w - 1}" height="${cell.h}" style="opacity:${(0.06 + 0.94 * Math.sqrt(n / most)).toFixed(3)}"><title>client ${c}: ${n} of digit ${d}</title></rect>`,
    ),
  );
  const head = Array.from(
    { length: histogram[0].length },
    (_, d) => `<text x="${40 + (d + 0.5) * cell.w}" y="12" class="label middle">${d}</text>`,
  );
  const height = 24 + histogram.length * cell.h;
  return `<figure><figcaption>Who has which digits: a row per client</figcaption><svg class="heat" viewBox="0 0 ${44 + cell.w * histogram[0].length} ${height}" role="img" aria-label="digits per client">${head.join('')}${fields.join('')}</svg></figure>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --paper: #fff; --soft: #667; --grid: #e3e6ee; --a: #2563eb; --b: #d9480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f2; --paper: #12151d; --soft: #9aa3b8; --grid: #2a3040; --a: #7aa2ff; --b: #ff9a5c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; } .big { font-size: 2.6rem; font-weight: 650; margin: .2rem 0; } .soft { color: var(--soft); }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; } figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; } svg.heat { max-width: 26rem; } svg.heat rect { fill: var(--a); } line.grid { stroke: var(--grid); } .label { fill: var(--soft); font-size: 12px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.line { fill: none; stroke-width: 2; } .line.c0 { stroke: var(--a); } .line.c1 { stroke: var(--b); } .key { font-weight: 400; margin-left: .8rem; } .key::before { content: ''; display: inline-block; width: .9em; height: .2em; margin-right: .35em; vertical-align: middle; background: var(--a); } .key.c1::before { background: var(--b); }
table { border-collapse: collapse; } td { padding: .15rem 1.2rem .15rem 0; } td + td { font-variant-numeric: tabular-nums; }
`;

/** Writes the report of a run. */
export async function writeReport(path, { title, rows, histogram, settings, final }) {
  const series = (column) =>
    rows.filter((r) => r[column] !== undefined && r[column] !== '').map((r) => [Number(r.round), Number(r[column])]);
  const seconds = series('seconds').map(([, s]) => s);
  const median = [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
  const facts = {
    ...settings,
    'median seconds a round': median.toFixed(2),
    'seconds of training': seconds.reduce((a, b) => a + b, 0).toFixed(1),
    'test loss': final.loss.toFixed(4),
  };
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)}</h1><p class="big">${(100 * final.sparse_categorical_accuracy).toFixed(2)} %</p><p class="soft">accuracy on the 10,000 test images, which no client has</p>
<div class="grid2">${chart('Accuracy', [
    { name: 'training', points: series('train/accuracy') },
    { name: 'test', points: series('test/accuracy') },
  ])}${chart('Loss', [
    { name: 'training', points: series('train/loss') },
    { name: 'test', points: series('test/loss') },
  ])}${chart('Seconds a round', [{ name: 'training', points: series('seconds') }])}
<figure><figcaption>The run</figcaption><table>${Object.entries(facts)
    .map(([k, v]) => `<tr><td>${escaped(k)}</td><td>${escaped(v)}</td></tr>`)
    .join('')}</table></figure></div>
${heatmap(histogram)}</body></html>
`;
  await writeFile(path, html);
}
