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

/** Lines over rounds, as SVG; with `zero`, from 0 on. A few points are marked, as one alone has no line. */
function chart(title, series, { zero = false } = {}) {
  const points = series.flatMap((s) => s.points);
  if (points.length === 0) return '';
  const [x0, x1] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
  const [low, high] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const margin = (high - low) * 0.05 || 0.05;
  const [y0, y1] = [zero ? 0 : low - margin, high + margin];
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
  const marks = series.flatMap((s, i) =>
    s.points.length > 30 ? [] : s.points.map(([x, y]) => `<circle class="c${i}" cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="3"/>`),
  );
  const legend = series.length < 2 ? '' : series.map((s, i) => `<span class="key c${i}">${escaped(s.name)}</span>`).join('');
  return `<figure><figcaption>${escaped(title)} ${legend}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${grid.join('')}${bottom.join('')}${lines.join('')}${marks.join('')}<text x="${WIDTH / 2}" y="${HEIGHT - 2}" class="label middle">round</text></svg></figure>`;
}

/** A row per client: a field for each digit, the darker, the more of it, and a bar for the rounds in which it took part. */
function clientsChart(histogram, participation) {
  const most = Math.max(1, ...histogram.flat());
  const digits = histogram[0].length;
  const cell = { w: 34, h: Math.max(3, Math.min(12, 600 / histogram.length)) };
  const bars = { x: 40 + digits * cell.w + 16, w: 160 / Math.max(1, ...participation) };
  const rows = histogram.flatMap((row, c) => {
    const y = 18 + c * cell.h;
    const fields = row.map(
      (n, d) =>
        `<rect x="${40 + d * cell.w}" y="${y}" width="${cell.w - 1}" height="${cell.h}" style="opacity:${(0.06 + 0.94 * Math.sqrt(n / most)).toFixed(3)}"><title>client ${c}: ${n} of digit ${d}</title></rect>`,
    );
    const times = participation[c];
    return [
      ...fields,
      `<rect class="bar" x="${bars.x}" y="${y}" width="${(times * bars.w).toFixed(1)}" height="${cell.h - 1}"><title>client ${c}: in ${times} rounds</title></rect>`,
    ];
  });
  const head = Array.from({ length: digits }, (_, d) => `<text x="${40 + (d + 0.5) * cell.w}" y="12" class="label middle">${d}</text>`);
  return `<figure><figcaption>Who has which digits, and who took part: a row per client</figcaption><svg class="heat" viewBox="0 0 ${bars.x + 170} ${24 + histogram.length * cell.h}" role="img" aria-label="digits and rounds per client">${head.join('')}<text x="${bars.x}" y="12" class="label">rounds (at most ${Math.max(...participation)})</text>${rows.join('')}</svg></figure>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --paper: #fff; --soft: #667; --grid: #e3e6ee; --a: #2563eb; --b: #d9480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f2; --paper: #12151d; --soft: #9aa3b8; --grid: #2a3040; --a: #7aa2ff; --b: #ff9a5c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; } .big { font-size: 2.6rem; font-weight: 650; margin: .2rem 0; } .soft { color: var(--soft); }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; } figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .3rem; }
svg { width: 100%; height: auto; } svg.heat { max-width: 40rem; } .grid2 + figure { margin-top: 1.5rem; } svg.heat rect { fill: var(--a); } svg.heat rect.bar { fill: var(--b); } line.grid { stroke: var(--grid); } .label { fill: var(--soft); font-size: 12px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
circle.c0 { fill: var(--a); } circle.c1 { fill: var(--b); } .line { fill: none; stroke-width: 2; } .line.c0 { stroke: var(--a); } .line.c1 { stroke: var(--b); } .key { font-weight: 400; margin-left: .8rem; } .key::before { content: ''; display: inline-block; width: .9em; height: .2em; margin-right: .35em; vertical-align: middle; background: var(--a); } .key.c1::before { background: var(--b); }
table { border-collapse: collapse; } td { padding: .15rem 1.2rem .15rem 0; } td + td { font-variant-numeric: tabular-nums; }
`;

/** Writes the report of a run. */
export async function writeReport(path, { title, rows, histogram, participation, settings, final }) {
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
  ])}${chart('Seconds a round', [{ name: 'training', points: series('seconds') }], { zero: true })}
<figure><figcaption>The run</figcaption><table>${Object.entries(facts)
    .map(([k, v]) => `<tr><td>${escaped(k)}</td><td>${escaped(v)}</td></tr>`)
    .join('')}</table></figure></div>
${clientsChart(histogram, participation)}</body></html>
`;
  await writeFile(path, html);
}
