/** Whether a device is followed to its other controller (R-RES-01 to R-RES-04), and where it is not, why: in words for the application. Pure. */
export interface FollowingFacts {
  readonly isResilient: boolean;
  readonly isLine: boolean;
  /** The controller that the id names. */
  readonly icpId: number;
  /** Undefined: its primary controller is none of this gateway's. */
  readonly primaryIcpId: number | undefined;
  readonly secondaryIcpId: number | undefined;
  /** The release of the primary controller has resilience. */
  readonly isOldRelease: boolean;
  /** Monitors that some session holds. */
  readonly monitored: 'nothing' | 'features' | 'device';
  readonly hasSecondaryMonitor: boolean;
}

/** Undefined: it is followed. */
export function whyNotFollowed(facts: FollowingFacts): string | undefined {
  const { icpId, primaryIcpId, secondaryIcpId, monitored } = facts;
  if (facts.isLine) return 'it is a line appearance: those are not followed';
  if (!facts.isResilient) return 'the device is not resilient';
  if (primaryIcpId === undefined) return 'its primary controller is not one of this gateway';
  if (primaryIcpId !== icpId)
    return `this id names the device at its secondary controller: look it up at its primary one (icpId ${primaryIcpId}) and monitor that id`;
  if (secondaryIcpId === undefined) return 'its secondary controller is not one of this gateway';
  if (facts.isOldRelease) return 'the release of its controller is too old for resilience';
  if (monitored === 'features')
    return 'only its features are monitored: those monitors stay at the controller that the id names; set a device monitor to follow it';
  if (monitored === 'nothing') return 'it is not monitored: set a device monitor to follow it';
  return facts.hasSecondaryMonitor
    ? undefined
    : 'its secondary monitor is not set yet, or has no room or no link; it is tried again';
}
