import { describe, expect, it } from 'vitest';
import { whyNotFollowed, type FollowingFacts } from './following.rules.js';

const followed: FollowingFacts = {
  isResilient: true,
  isLine: false,
  primaryIcpId: 1,
  secondaryIcpId: 2,
  isOldRelease: false,
  monitored: 'device',
  isLearned: true,
  hasCompanion: true,
};

describe('R-RES-04 what is not followed, and why', () => {
  it('a device monitor on a resilient device is followed', () => {
    expect(whyNotFollowed(followed)).toBeUndefined();
  });

  it.each<readonly [RegExp, Partial<FollowingFacts>]>([
    [/line appearance.*R-RES-04/, { isLine: true }],
    [/not resilient/, { isResilient: false }],
    [/primary controller is not one/, { primaryIcpId: undefined }],
    [/primary controller \(icpId 3\).*until it has been reached \(R-RES-02\)/, { primaryIcpId: 3, isLearned: false }],
    [/secondary controller is not one/, { secondaryIcpId: undefined }],
    [/too old/, { isOldRelease: true }],
    [/only device monitors are followed \(R-RES-04\).*only its features.*set a device monitor/, { monitored: 'features' }],
    [/not monitored.*set a device monitor/, { monitored: 'nothing' }],
    [/not set yet/, { hasCompanion: false }],
  ])('says %s', (words, facts) => {
    expect(whyNotFollowed({ ...followed, ...facts })).toMatch(words);
  });
});
