import { describe, expect, it } from 'vitest';
import { keras } from '../../../src/index.js';

const { input, layers, model, plotModel, sequential } = keras;

/** A branch that is skipped over, a layer that is used twice, and a name that is no XML. */
function residual(): keras.Model {
  const x = input({ shape: [4], name: 'x' });
  const shared = layers.dense({ units: 4, name: 'a<b>&"c"' });
  const y = layers.dense({ units: 4, name: 'first' }).apply(shared.apply(x));
  const sum = layers.add({ name: 'sum' }).apply([x, shared.apply(y)]);
  return model({ inputs: x, outputs: sum, name: 'residual' }) as unknown as keras.Model;
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxes = (svg: string): Rect[] =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(([, x, y, width, height]) => ({
    x: Number(x),
    y: Number(y),
    width: Number(width),
    height: Number(height),
  }));
/** The numbers of each line's points, in order. */
const paths = (svg: string): number[][] =>
  [...svg.matchAll(/<path d="(M[^"]+)" fill="none"/g)].map(([, d]) => (d?.match(/[\d.]+/g) ?? []).map(Number));
const texts = (svg: string): (string | undefined)[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe('plotModel', () => {
  it('shows classes, and what else is asked for', () => {
    expect(texts(plotModel(residual()))).toEqual(['InputLayer', 'Dense', 'Dense', 'Add']);
    expect(texts(plotModel(residual(), { showLayerNames: true, showShapes: true, showDtype: true }))).toEqual([
      'x (InputLayer)',
      'Input shape: (None, 4)',
      'Output shape: (None, 4)',
      'Output dtype: float32',
      'a&lt;b&gt;&amp;&quot;c&quot; (Dense)',
      'Input shape: (None, 4)',
      'Output shape: (None, 4)',
      'Output dtype: float32',
      'first (Dense)',
      'Input shape: (None, 4)',
      'Output shape: (None, 4)',
      'Output dtype: float32',
      'sum (Add)',
      'Input shape: [(None, 4), (None, 4)]',
      'Output shape: (None, 4)',
      'Output dtype: float32',
    ]);
  });

  it.each(['TB', 'LR'] as const)(
    'draws a box per layer and a line per connection, in the picture and apart from each other: %s',
    (rankDir) => {
      const svg = plotModel(residual(), { rankDir, showLayerNames: true });
      const [width, height] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) as RegExpExecArray).slice(1).map(Number) as [number, number];
      const rects = boxes(svg);
      expect(rects.length).toBe(4);
      for (const { x, y, ...r } of rects)
        expect([x >= 0, y >= 0, x + r.width <= width, y + r.height <= height]).toEqual([true, true, true, true]);
      rects.forEach((a, i) => {
        for (const b of rects.slice(i + 1))
          expect(a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y).toBe(true);
      });
      // From the input to the shared layer and the sum, from the shared one to the first and the sum, and back from the first.
      expect(paths(svg).length).toBe(5);
      for (const points of paths(svg)) {
        const [x, y] = points as [number, number];
        const onEdge = rects.filter((r) => (rankDir === 'TB' ? Math.abs(r.y + r.height - y) : Math.abs(r.x + r.width - x)) < 0.2);
        expect(onEdge.length).toBeGreaterThan(0);
      }
    },
  );

  it('leads a line around the boxes between its ends', () => {
    const x = input({ shape: [4] });
    const deep = layers
      .dense({ units: 4, name: 'a_rather_long_name_for_a_box' })
      .apply(layers.dense({ units: 4, name: 'another_name_for_a_box' }).apply(x));
    const svg = plotModel(model({ inputs: x, outputs: layers.add().apply([x, deep]) }) as unknown as keras.Model, { showLayerNames: true });
    const between = boxes(svg).slice(1, 3);
    const skip = paths(svg).find((points) => points.length > 8) as number[];
    for (const { x: left, y: top, width, height } of between) {
      // The curve's own points (each third one) at this row.
      const inRow = skip
        .flatMap((v, i) => (i % 6 === 0 ? [[v, skip[i + 1] as number] as const] : []))
        .filter(([, py]) => py >= top - 0.2 && py <= top + height + 0.2);
      expect(inRow.length).toBeGreaterThan(1);
      for (const [px] of inRow) expect(px < left || px > left + width).toBe(true);
    }
  });

  it('takes sequential models, and refuses others', () => {
    const built = sequential([input({ shape: [3] }), layers.dense({ units: 2 })]) as unknown as keras.Model;
    expect(texts(plotModel(built))).toEqual(['InputLayer', 'Dense']);
    expect(() => plotModel(sequential([layers.dense({ units: 2 })]) as unknown as keras.Model)).toThrow(/is not built/);
    expect(() => plotModel({} as never)).toThrow('`model` must be a Keras model, received an object with no keys');
    expect(() => plotModel(built, { dpi: 96 } as never)).toThrow('has no option `dpi`');
    expect(() => plotModel(built, { rankDir: 'BT' as never })).toThrow('`rankDir` must be one of "TB", "LR", received "BT"');
  });
});
