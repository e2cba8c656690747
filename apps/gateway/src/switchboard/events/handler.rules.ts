/** One way to a session's events at a time (R-CC-04): with a handler set, reading is refused until it is removed. */
import type { Refusal } from '#contracts/errors';

export const HANDLER_SET: Refusal = { code: 'EVENT_HANDLER_SET', detail: 'the events of this session are sent to its handler' };
