/** Every rule is used by some case of the families' tests, which compare it with each client alone and with libtensorflow. */
import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { CLIENTS_RULES } from '../../../src/graph/clients-rules/index.js';
import { ClientComputation } from '../../../src/graph/computation.js';
import type { ClientsRule, Output } from '../../../src/graph/graph.js';
import { type ClientsCase, specOf } from './clients.js';

const { cases } = vi.hoisted(() => ({ cases: [] as ClientsCase[] }));

vi.mock('./clients.js', async (original) => ({
  ...(await original<typeof import('./clients.js')>()),
  testClients: (all: Readonly<Record<string, ClientsCase>>) => {
    cases.push(...Object.values(all));
    test('cases are counted', () => expect(cases.length).toBeGreaterThan(0));
  },
}));
for (const file of readdirSync(new URL('.', import.meta.url)))
  if (file.endsWith('.test.ts') && file !== 'index.test.ts') await import(`./${file.slice(0, -'.test.ts'.length)}.test.ts`);

test('every rule has a case', () => {
  const used = new Set<string>();
  const originals = { ...CLIENTS_RULES };
  const spied = CLIENTS_RULES as Record<string, ClientsRule>;
  for (const [type, rule] of Object.entries(originals)) {
    spied[type] = (call) => {
      used.add(type);
      return rule(call);
    };
  }
  for (const { own, shared = [], fn } of cases) {
    ClientComputation.compile(shared.map(specOf), own.map(specOf), (s, o) => ({
      combined: [],
      returned: [fn(o as Output[], s as Output[])].flat(),
    })).dispose();
  }
  Object.assign(spied, originals);
  expect(Object.keys(CLIENTS_RULES).filter((type) => !used.has(type))).toEqual([]);
});
