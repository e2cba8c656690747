import { expect, it } from 'vitest';
import { APPLICATION_OPERATIONS } from '#contracts/application-api';
import { MISSING_OPERATIONS, missingRefusal } from './missing-operations.js';

it('R-CC-01 says how many operations of the contract this release does not carry out yet', () => {
  const all = Object.keys(APPLICATION_OPERATIONS);
  console.info(`${MISSING_OPERATIONS.size} of ${all.length} operations are not carried out yet`);
  for (const name of MISSING_OPERATIONS) expect(all).toContain(name);
  expect(missingRefusal('tradeCall')).toEqual({
    code: 'FEATURE_NOT_ALLOWED',
    detail: 'this release does not carry out tradeCall',
  });
});
