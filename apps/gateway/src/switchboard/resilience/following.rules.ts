/** Whether a device is followed to its other controller (R-RES-01 to R-RES-04), and where it is not, why: in words for the application. Pure. */
export interface FollowingFacts {
  readonly isResilient: boolean;
  readonly isLine: boolean;
  /** Undefined: its primary controller is none of this gateway's. */
  readonly primaryIcpId: number | undefined;
  readonly secondaryIcpId: number | undefined;
  /** The release of the primary controller has resilience. */
  readonly isOldRelease: boolean;
  /** Monitors that some session holds. */
  readonly monitored: 'nothing' | 'features' | 'device';
  /** Its primary controller has said where the device is at home, since it is monitored or before a restart (R-RES-02). */
  readonly isLearned: boolean;
  /** Its monitor at the other controller stands. */
  readonly hasCompanion: boolean;
}

/** Undefined: it is followed. */
export function whyNotFollowed(facts: FollowingFacts): string | undefined {
  const { primaryIcpId, secondaryIcpId, monitored } = facts;
  if (facts.isLine) return 'it is a line appearance: those are not followed (R-RES-04)';
  if (!facts.isResilient) return 'the device is not resilient';
  if (primaryIcpId === undefined) return 'its primary controller is not one of this gateway';
  if (secondaryIcpId === undefined) return 'its secondary controller is not one of this gateway';
  if (facts.isOldRelease) return 'the release of its controller is too old for resilience';
  if (monitored === 'features')
    return 'only device monitors are followed (R-RES-04), and only its features are monitored: those monitors stay at the controller that the id names; set a device monitor to follow it';
  if (monitored === 'nothing') return 'it is not monitored: set a device monitor to follow it';
  if (!facts.isLearned)
    return `its primary controller (icpId ${primaryIcpId}) has not said yet where the device is at home: resilience does not work until it has been reached (R-RES-02); it is asked as soon as it can be`;
  return facts.hasCompanion
    ? undefined
    : 'its monitor at the other controller is not set yet, or has no room or no link; it is tried again';
}
