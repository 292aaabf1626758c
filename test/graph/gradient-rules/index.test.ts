/** Every rule is used by some case of the families' tests, which compare it with finite differences; the rest are named here, with the reason. */
import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { Computation } from '../../../src/graph/computation.js';
import { RULES } from '../../../src/graph/gradient-rules/index.js';
import { none } from '../../../src/graph/gradient-rules/rule.js';
import { gradients } from '../../../src/graph/gradients.js';
import type { Output } from '../../../src/graph/graph.js';
import { op, ops } from '../../../src/graph/ops/core.js';
import { sum } from '../../../src/graph/ops/reduce.js';
import { type Tensor, tensor } from '../../../src/tensor.js';
import { tensorSpec } from '../../../src/tensor-spec.js';
import type { Case } from '../finite-differences.js';

/** Ops whose outputs are constant but for jumps: no gradient is theirs. */
const CONSTANT = ['Ceil', 'Floor', 'FloorDiv', 'LinSpace', 'OneHot', 'OnesLike', 'Range', 'Rint', 'Round', 'Sign', 'ZerosLike'];

const { cases } = vi.hoisted(() => ({ cases: [] as (readonly [string, Case])[] }));

vi.mock('../finite-differences.js', async (original) => ({
  ...(await original<typeof import('../finite-differences.js')>()),
  testGradients: (all: Readonly<Record<string, Case>>) => {
    cases.push(...Object.entries(all));
    test('cases are counted', () => expect(cases.length).toBeGreaterThan(0));
  },
}));
for (const file of readdirSync(new URL('.', import.meta.url)))
  if (file !== 'index.test.ts') await import(`./${file.slice(0, -'.test.ts'.length)}.test.ts`);

/** The types of the ops whose rules are used when a case's gradients are made. */
function rulesUsed(c: Case): string[] {
  const used = new Set<string>();
  const specs = c.inputs.map((input) => tensorSpec('shape' in input ? input.shape : (input as readonly number[]), c.dtype ?? 'float64'));
  const originals = { ...RULES };
  const spied = RULES as Record<string, (typeof RULES)[string]>;
  for (const [type, rule] of Object.entries(originals))
    spied[type] = (operation, dys, needed) => {
      used.add(type);
      return (rule as NonNullable<typeof rule>)(operation, dys, needed);
    };
  try {
    Computation.compile(specs, (xs) => {
      const ys = c.fn(...(xs as Output[]));
      return gradients(Array.isArray(ys) ? ys : [ys as Output], xs as Output[]).filter((dx) => dx !== null);
    }).dispose();
  } finally {
    Object.assign(spied, originals);
  }
  return [...used];
}

test('every rule has a case, or no gradient', () => {
  const covered = new Set(cases.flatMap(([, c]) => rulesUsed(c)));
  const left = Object.keys(RULES).filter((type) => !covered.has(type) && !CONSTANT.includes(type));
  expect(left).toEqual([]);
});

test('the ops without a gradient are those whose rule says so', () => {
  expect(
    Object.keys(RULES)
      .filter((type) => RULES[type] === none)
      .sort(),
  ).toEqual(CONSTANT);
});

test('ops without a gradient let those of others through', async () => {
  using computation = Computation.compile<Tensor[]>([tensorSpec([2], 'float64')], (xs) => {
    const [x] = xs as [Output];
    const steps = ['Sign', 'Floor', 'Ceil', 'Rint', 'Round', 'ZerosLike', 'OnesLike'].map((type) => op(type, [x]));
    const terms = [...steps, op('FloorDiv', [x, op('OnesLike', [x])]), op('Square', [x])];
    return gradients([sum(ops('AddN', [terms])[0] as Output)], [x]) as Output[];
  });
  const [dx] = await computation.run([tensor(Float64Array.of(1.5, -0.3))]);
  expect(Array.from((dx as Tensor).data as Float64Array)).toEqual([3, -0.6]);
});
