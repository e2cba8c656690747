/** docs/requirements-map.md: which tests name a requirement in their titles. The titles are the record; nobody keeps this page by hand. */
import { dirname, relative } from 'node:path';
import type { SourceFile } from './repository.js';

const REQUIREMENT = /\bR-[A-Z0-9]+-\d{2}\b/g;
/** What stands first behind `it(`, `describe(` or the second bracket of an `each`: a title. */
const TITLE = /(?:\b(?:it|describe)|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g;
const HAS_TITLES = /\.(spec|int-spec|e2e-spec|conformance)\.ts$/;
const PAGE = 'docs/requirements-map.md';

/** Cited in code or on pages, and shown by no test: why. One that a test names has no place here. */
export const SHOWN_OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['R-MCC-02', 'contact centre: not there yet; only make-busy codes are, which go to the controller'],
  ['R-MCC-03', 'contact centre: not there yet; the simulated controllers keep it'],
  ['R-PERF-04', 'measured, not tested: `npm run bench -- operations latency`'],
]);

/** Every requirement that stands in code or on a page of ours, those in tests included. */
export function citedRequirements(files: readonly SourceFile[]): string[] {
  const written = files.filter(({ isGenerated, path }) => !isGenerated && path !== PAGE);
  return [...new Set(written.flatMap(({ text }) => text.match(REQUIREMENT) ?? []))].sort();
}

/** Paths of the tests that name it in a title, by requirement. */
export function testsByRequirement(files: readonly SourceFile[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    if (!HAS_TITLES.test(path)) continue;
    for (const [, , title] of text.matchAll(TITLE))
      for (const id of title!.match(REQUIREMENT) ?? []) found.set(id, (found.get(id) ?? new Set()).add(path));
  }
  return new Map([...found].map(([id, paths]) => [id, [...paths].sort()]));
}

export function requirementsPage(files: readonly SourceFile[]): string {
  const tests = testsByRequirement(files);
  const linkOf = (path: string): string => `[${path}](${relative(dirname(PAGE), path)})`;
  const rows = citedRequirements(files).map(
    (id) => `| ${id} | ${tests.get(id)?.map(linkOf).join('<br>') ?? SHOWN_OTHERWISE.get(id) ?? '**nothing**'} |`,
  );
  return `# Requirements and their tests

Made from the titles of tests by \`npm run generate\`: do not edit. A requirement that code or a page cites is named by a test that drives the real thing, or the reason stands here why not.

| requirement | tests that name it |
|---|---|
${rows.join('\n')}
`;
}
