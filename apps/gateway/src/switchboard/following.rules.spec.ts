import { describe, expect, it } from 'vitest';
import { whyNotFollowed, type FollowingFacts } from './following.rules.js';

const followed: FollowingFacts = {
  isResilient: true,
  isLine: false,
  icpId: 1,
  primaryIcpId: 1,
  secondaryIcpId: 2,
  isOldRelease: false,
  monitored: 'device',
  hasSecondaryMonitor: true,
};

describe('R-RES-04 what is not followed, and why', () => {
  it('a device monitor on a resilient device, by the id at its primary controller, is followed', () => {
    expect(whyNotFollowed(followed)).toBeUndefined();
  });

  it.each<readonly [RegExp, Partial<FollowingFacts>]>([
    [/line appearance/, { isLine: true }],
    [/not resilient/, { isResilient: false }],
    [/primary controller is not one/, { primaryIcpId: undefined }],
    [/secondary controller: look it up at its primary one \(icpId 3\)/, { primaryIcpId: 3 }],
    [/secondary controller is not one/, { secondaryIcpId: undefined }],
    [/too old/, { isOldRelease: true }],
    [/only its features.*set a device monitor/, { monitored: 'features' }],
    [/not monitored.*set a device monitor/, { monitored: 'nothing' }],
    [/not set yet/, { hasSecondaryMonitor: false }],
  ])('says %s', (words, facts) => {
    expect(whyNotFollowed({ ...followed, ...facts })).toMatch(words);
  });
});
