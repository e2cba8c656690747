/** House rules that neither the linter nor the import rules can say. Each failure names the file and what to do about it. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import { CONTROL_ROUTES } from '#contracts/control-api';
import { ERROR_KINDS } from '#contracts/errors';
import { repositoryFiles, type SourceFile } from '../../tools/generate/repository.js';

const files = repositoryFiles();
const written = files.filter(({ isGenerated }) => !isGenerated);
const code = written.filter(({ path }) => /\.(ts|mts|mjs|cjs|js)$/.test(path));
const pages = written.filter(({ path }) => path.endsWith('.md'));
const THIS = 'test/architecture/tidy.spec.ts';
const textOf = (path: string): string => files.find((file) => file.path === path)?.text ?? '';
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `path:line: text` of every line that matches; nothing when the house is in order. */
function linesWith(pattern: RegExp, among: readonly SourceFile[]): string[] {
  return among.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 160)}`] : [])),
  );
}

describe('files', () => {
  it('are found at all', () => {
    expect(code.length).toBeGreaterThan(200);
    expect(code.some(({ path }) => path === THIS)).toBe(true);
  });

  it('have at most 450 lines, tests 650: a longer one has more than one responsibility, split it', () => {
    const ruled = code.filter(({ path }) => /^(apps|libs|tools|bench|test|migrations)\//.test(path));
    const long = ruled.filter(({ lines, isTest }) => lines > (isTest ? 650 : 450));
    expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  it('are named after what they hold: no drawers for everything', () => {
    const drawers = written.filter(({ path }) => /(^|[.-])(utils?|common|helpers?|misc|manager)([.-]|$)/.test(baseName(path)));
    expect(drawers.map(({ path }) => path)).toEqual([]);
  });

  it('hold what is there, not what is to come', () => {
    const elsewhere = written.filter(({ path }) => path !== THIS);
    expect(linesWith(/\b(TODO|FIXME|XXX|HACK)\b/, elsewhere)).toEqual([]);
    expect(linesWith(/\bstubs?\b|\bnot (yet )?implemented\b/i, elsewhere)).toEqual([]);
  });

  it('hold no test that runs alone or is put off', () => {
    const tests = code.filter(({ isTest, path }) => isTest && path !== THIS);
    expect(linesWith(/\b(it|test|describe)\.(only|todo|skip)\b/, tests)).toEqual([]);
  });

  it('name no folder of somebody’s machine', () => {
    const machine = /(?<![\w.:/}])\/(home|root|work|workspace|Users|mnt|tmp)\/[\w.-]/;
    // a path of that form as a value of a pure function, which never touches a disk
    const allowed = new Set([THIS, 'libs/config/src/home.spec.ts']);
    expect(
      linesWith(
        machine,
        files.filter(({ path }) => !allowed.has(path)),
      ),
    ).toEqual([]);
  });
});

describe('the package lock', () => {
  it('S-84 names no address to download from, so that each machine uses its own registry, and says what must arrive', () => {
    const lock = JSON.parse(textOf('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const packages = Object.entries(lock.packages).filter(([path]) => path.startsWith('node_modules/'));
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, { integrity, link }]) => integrity === undefined && link !== true).map(([path]) => path)).toEqual(
      [],
    );
  });
});

describe('lists that must be complete', () => {
  it('every migration is in migrations/index.ts, in the order of their numbers', () => {
    const index = textOf('migrations/index.ts');
    const present = files.flatMap(({ path }) => /^migrations\/(\d+-[\w-]+)\.ts$/.exec(path)?.[1] ?? []).sort();
    expect(present.length).toBeGreaterThan(0);
    const imported = [...index.matchAll(/import \{ (\w+) \} from '\.\/([\w-]+)\.js'/g)];
    expect(imported.map(([, , file]) => file)).toEqual(present);
    const listed = /MIGRATIONS = \[([^\]]*)\]/.exec(index)?.[1]?.match(/\w+/g);
    expect(listed).toEqual(imported.map(([, name]) => name));
    for (const [, name, file] of imported) expect(textOf(`migrations/${file}.ts`), file).toContain(`class ${name} `);
  });

  it('every error code is answered by somebody: a code nothing answers is a promise nobody keeps', () => {
    const sources = code.filter(
      ({ path, isTest }) => /^(apps|libs)\//.test(path) && !isTest && !path.startsWith('libs/contracts/'),
    );
    const all = sources.map(({ text }) => text).join('\n');
    const codes = Object.keys(ERROR_KINDS);
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((name) => !all.includes(`'${name}'`))).toEqual([]);
  });

  it('every route of the control API and every application operation is named in a test', () => {
    const tests = code.filter(({ path }) => /\.(spec|int-spec|e2e-spec)\.ts$/.test(path) && path !== THIS);
    const all = tests.map(({ text }) => text).join('\n');
    const names = [...Object.keys(CONTROL_ROUTES), ...Object.keys(APPLICATION_OPERATIONS)];
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(all))).toEqual([]);
  });

  it('every decision is listed in docs/adr/README.md, and says what was decided', () => {
    const decisions = files.flatMap(({ path }) => /^docs\/adr\/(\d{4}-[\w-]+\.md)$/.exec(path)?.[1] ?? []);
    expect(decisions.length).toBeGreaterThan(10);
    const index = textOf('docs/adr/README.md');
    expect(decisions.filter((name) => !index.includes(`(${name})`))).toEqual([]);
    const numbers = decisions.map((name) => name.slice(0, 4));
    expect(new Set(numbers).size, 'two decisions of one number').toBe(numbers.length);
  });

  it('every program in apps/ stands in the table of docs/ARCHITECTURE.md', () => {
    const programs = new Set(code.flatMap(({ path }) => /^apps\/([\w-]+)\//.exec(path)?.[1] ?? []));
    const table = textOf('docs/ARCHITECTURE.md');
    expect([...programs].filter((name) => !table.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('every npm script that a page names exists', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => [path, match[1]!] as const),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, name]) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('pages', () => {
  it('the first screen of the README has the two commands', () => {
    const first = textOf('README.md').split('\n').slice(0, 40).join('\n');
    for (const command of ['npm start', 'npm test']) expect(first).toContain(command);
  });

  it('link to files that are there', () => {
    const links = pages.flatMap(({ path, text }) =>
      [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ path, target: match[1]! })),
    );
    const local = links.filter(({ target }) => !/^(https?:|mailto:|#)/.test(target));
    expect(local.length).toBeGreaterThan(20);
    const dangling = local.filter(({ path, target }) => !existsSync(normalize(join(dirname(path), target.split('#')[0]!))));
    expect(dangling.map(({ path, target }) => `${path} → ${target}`)).toEqual([]);
  });

  it('have checklists for what comes up again and again', () => {
    const wanted = ['endpoint', 'job', 'message', 'migration', 'driver'].map((name) => `docs/checklists/${name}.md`);
    expect(wanted.filter((path) => textOf(path).length < 200)).toEqual([]);
  });
});
