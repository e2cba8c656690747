/** The import rules bite: each of these files breaks one rule of the configurations below, in a tree of its own, and is found. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CONFIGURATIONS = ['.dependency-cruiser.cjs', '.dependency-cruiser.cycles.cjs'] as const;

/** Rule, file that breaks it, what the file says. */
const BREACHES: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['lib-domain', 'libs/domain/src/breach-contracts.ts', "export * from '#contracts/fine';"],
  ['domain-is-pure', 'libs/domain/src/breach-node.ts', "import 'node:fs';"],
  ['lib-persistence', 'libs/persistence/src/breach-jobs.ts', "export * from '#jobs/fine';"],
  ['app-gateway', 'apps/gateway/src/breach-persistence.ts', "export * from '#persistence/fine';"],
  ['app-router', 'apps/router/src/breach-app.ts', "export * from '../../gateway/src/fine.js';"],
  ['app-cli', 'apps/cli/src/breach-domain.ts', "export * from '#domain/fine';"],
  ['sim-framing-only', 'apps/call-manager-sim/src/breach-codec.ts', "export * from '#southbound/codec';"],
  ['no-deep-imports', 'apps/worker/src/breach-deep.ts', "export * from '../../../libs/persistence/src/sql/deep.js';"],
  ['testkit-from-tests', 'apps/worker/src/breach-testkit.ts', "export * from '#testkit/fine';"],
  ['switchboard-is-sans-io', 'apps/gateway/src/switchboard/breach-io.ts', "import 'node:net';"],
  ['typeorm-at-home', 'apps/worker/src/breach-typeorm.ts', "import 'typeorm';"],
  ['bullmq-at-home', 'apps/worker/src/breach-bullmq.ts', "import 'bullmq';"],
  ['child-process-at-home', 'apps/router/src/breach-spawn.ts', "import 'node:child_process';"],
  ['nest-in-control-plane-only', 'apps/gateway/src/breach-nest.ts', "import '@nestjs/common';"],
  ['no-dev-dependencies', 'apps/worker/src/breach-dev.ts', "import 'vitest';"],
  ['no-cycles', 'libs/contracts/src/cycle-a.ts', "import { b } from './cycle-b.js';\nexport const a = (): unknown => b;"],
  // behind a shorter one that types close, and which is allowed
  [
    'no-cycles',
    'libs/contracts/src/hidden-a.ts',
    "import { b } from './hidden-b.js';\nimport type { C } from './hidden-c.js';\nexport type A = C;\nexport const a = (): unknown => b;",
  ],
  ['resolvable', 'apps/worker/src/breach-nothing.ts', "import './nothing.js';"],
];
const FINE: readonly (readonly [path: string, text: string])[] = [
  ...['contracts', 'domain', 'persistence', 'jobs', 'testkit'].map(
    (name) => [`libs/${name}/src/fine.ts`, 'export const fine = 1;'] as const,
  ),
  ['libs/southbound/src/codec.ts', 'export const codec = 1;'],
  ['libs/southbound/src/framing.ts', 'export const framing = 1;'],
  ['libs/persistence/src/sql/deep.ts', 'export const deep = 1;'],
  ['libs/contracts/src/cycle-b.ts', "import { a } from './cycle-a.js';\nexport const b = (): unknown => a;"],
  [
    'libs/contracts/src/hidden-b.ts',
    "import type { A } from './hidden-a.js';\nimport { c } from './hidden-c.js';\nexport type B = A;\nexport const b = (): unknown => c;",
  ],
  [
    'libs/contracts/src/hidden-c.ts',
    "import { a } from './hidden-a.js';\nexport type C = string;\nexport const c = (): unknown => a;",
  ],
  ['libs/domain/src/fine-a.ts', "import { b } from './fine-b.js';\nexport type A = string;\nexport const a = b;"],
  ['libs/domain/src/fine-b.ts', "import type { A } from './fine-a.js';\nexport const b: A = '';"],
  ['apps/gateway/src/fine.ts', "import '#contracts/fine';\nimport '#domain/fine';\nexport const fine = 1;"],
  ['apps/call-manager-sim/src/fine.ts', "export * from '#southbound/framing';"],
  ['apps/worker/src/fine.spec.ts', "import 'vitest';\nimport '#testkit/fine';"],
];

let root: string;
let outputs: string[];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cordboard-imports-'));
  for (const name of [...CONFIGURATIONS, 'tsconfig.json', 'package.json']) cpSync(name, join(root, name));
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  for (const [path, text] of [...FINE, ...BREACHES.map(([, path, text]) => [path, text] as const)]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  const cruise = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  outputs = CONFIGURATIONS.map((config) => {
    const arguments_ = [cruise, '--config', config, '--output-type', 'json', 'apps', 'libs'];
    return spawnSync(process.execPath, arguments_, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout;
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the import rules', () => {
  it('find every breach and blame nothing that is allowed', () => {
    interface Outcome {
      summary: { violations: { from: string; rule: { name: string; severity: string } }[] };
    }
    const violations = outputs.flatMap((output) => (JSON.parse(output) as Outcome).summary.violations);
    const errors = violations.filter(({ rule }) => rule.severity === 'error');
    const found = new Set(errors.map(({ from, rule }) => `${rule.name}: ${from}`));
    expect(BREACHES.map(([rule, path]) => `${rule}: ${path}`).filter((breach) => !found.has(breach))).toEqual([]);
    expect(
      errors.map(({ from }) => from).filter((path) => /\/(fine|fine-a|fine-b|codec|framing|deep)(\.spec)?\.ts$/.test(path)),
    ).toEqual([]);
  });
});
