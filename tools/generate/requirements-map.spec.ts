import { describe, expect, it } from 'vitest';
import { repositoryFiles, type SourceFile } from './repository.js';
import { citedRequirements, requirementsPage, SHOWN_OTHERWISE, testsByRequirement } from './requirements-map.js';

const file = (path: string, text: string): SourceFile => ({ path, text, lines: 1, isGenerated: false, isTest: false });
/** Made up here, so that this file does not name what it does not test. */
const id = (row: string) => `R-${row}`;

describe('the map of requirements', () => {
  it('takes titles of tests of every form, and nothing else that names a requirement', () => {
    const text = [
      `// ${id('AA-01')}`,
      `describe('${id('AA-02')} one', () => {`,
      `  it(\n    '${id('AA-03')} ${id('AA-04')} it’s two',\n    async () => {`,
      `it.each([1])('${id('AA-05')} %s', () => {`,
      `it(\`${id('AA-06')} \${x}\`, () => {`,
      `expect('${id('AA-07')}', 'a reason')`,
      `const text = '${id('AA-08')}';`,
    ].join('\n');
    const tests = testsByRequirement([file('a/b.int-spec.ts', text), file('a/b.ts', text)]);
    expect([...tests.keys()].sort()).toEqual(['AA-02', 'AA-03', 'AA-04', 'AA-05', 'AA-06'].map(id));
    expect(tests.get(id('AA-04'))).toEqual(['a/b.int-spec.ts']);
  });

  it('has a row for each requirement that is cited, also where no test names it', () => {
    const page = requirementsPage([file('a/b.spec.ts', `it('${id('AA-01')} x', () => {`), file('docs/a.md', id('AA-02'))]);
    expect(page).toContain(`| ${id('AA-01')} | [a/b.spec.ts](../a/b.spec.ts) |`);
    expect(page).toContain(`| ${id('AA-02')} | **nothing** |`);
  });

  it('every requirement that code or a page cites is named by a test, or it is said why not', () => {
    const files = repositoryFiles();
    const tests = testsByRequirement(files);
    const cited = citedRequirements(files);
    expect(cited.length).toBeGreaterThan(50);
    expect(cited.filter((one) => !tests.has(one) && !SHOWN_OTHERWISE.has(one))).toEqual([]);
    expect([...SHOWN_OTHERWISE.keys()].filter((one) => tests.has(one) || !cited.includes(one))).toEqual([]);
  });
});
