/** R-SES-02: an application may be built for any contract version up to ours. */

/** The newest contract version this gateway serves. */
export const CONTRACT_VERSION = '4.1 SP5';
/** What an application that names no version is taken for. */
export const CONTRACT_VERSION_DEFAULT = '4.0';

function partsOf(version: string): number[] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?: SP(\d+))?$/.exec(version);
  if (match === null) return [Number.MAX_SAFE_INTEGER];
  return match.slice(1).map((part) => Number(part ?? 0));
}

/** Below 0 when `a` is older than `b`. A text that is no version counts as newer than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < 4; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
