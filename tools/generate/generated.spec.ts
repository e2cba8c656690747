import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generatedFiles } from './files.js';

it('what is generated from the contract is checked in as it is', async () => {
  for (const { path, text } of await generatedFiles()) {
    const stale = (await readFile(path, 'utf8').catch(() => '')) !== text;
    expect(stale, `${path} is stale: run npm run generate`).toBe(false);
  }
});
