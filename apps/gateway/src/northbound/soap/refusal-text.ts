/** How a refusal reads to an old client: the text of the original where it had one, else our code and the facts. */
import type { ErrorCode, Refusal } from '#contracts/errors';

const ORIGINAL_TEXTS: Partial<Record<ErrorCode, string>> = {
  CONTROLLER_TIMEOUT: 'MCD_TIMEOUT_ERROR',
  PRIVILEGE_VIOLATION: 'PRIVILEGE_VIOLATION',
  FEATURE_NOT_ALLOWED: 'Feature not allowed',
  // R-LIC-03, to the letter; old clients know no other word for a licence that is only on its way
  NO_LICENSE: 'No license available.',
  BUDGET_UNAVAILABLE: 'No license available.',
};

/** Starts with the original's `No license available.` and goes on with limit, use and cap (R-LIC-03, R-LIM-13). */
function roomText({ code, limit, used, cap, detail }: Refusal): string {
  const facts = limit === undefined ? detail : `${limit} ${used ?? '?'} of ${cap ?? '?'} in use`;
  return `No license available. (${code}: ${facts})`;
}

export function refusalText(refusal: Refusal): string {
  const { code, detail } = refusal;
  if (code === 'MONITOR_LIMIT' || code === 'SESSION_LIMIT') return roomText(refusal);
  return ORIGINAL_TEXTS[code] ?? `${code}: ${detail}`;
}
