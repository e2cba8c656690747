import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { applicationArtifacts } from './application-artifacts.js';

it('the checked-in OpenAPI document and WSDL files are those of the contract (else: npm run generate)', () => {
  for (const [name, text] of applicationArtifacts()) {
    expect(
      readFileSync(new URL(`./generated/${name}`, import.meta.url), 'utf8') === text,
      `libs/contracts/src/generated/${name} is stale`,
    ).toBe(true);
  }
});
