/** What is added to a controller's event before it goes to those who hold the monitor: the caller in E.164, the trace that caused it; and what is counted. */
import { matchIncoming } from '#domain/numbering';
import type { Core } from '../core.js';
import type { EventBody } from '../../event-entry.js';
import { numberingOf } from '../controllers/controller-numbering.js';

type CallBody = Extract<EventBody, { category: 'CALL_EVENT' }>;

const CANDIDATES_TOLD = 5;
const BEGINS: ReadonlySet<string> = new Set(['CALL_ORIGINATED', 'CALL_DELIVERED', 'CALL_RECEIVED', 'CALL_QUEUED']);

/** `body` is new and goes nowhere else yet: it is changed. */
export function remarkOn(core: Core, body: EventBody): void {
  if (body.category !== 'CALL_EVENT' || body.source === 'synthetic') return;
  if (body.source === 'live') {
    core.rates.onEvent(body.icpId, core.now.nowMs);
    core.figures.onEvent(body.icpId, core.now.wallMs - body.eventTime);
    if (BEGINS.has(body.type))
      core.rates.onCall(body.icpId, body.globalCallId ?? `${body.objectId}/${body.localCallId}`, core.now.nowMs);
  }
  addTrace(core, body);
  addCaller(core, body);
}

function addTrace(core: Core, body: CallBody): void {
  const { icpId, objectId, localCallId, globalCallId } = body;
  if (localCallId === 0) return;
  const traceparent = core.traces.of(icpId, objectId, localCallId, globalCallId, body.type === 'CALL_ORIGINATED');
  if (traceparent !== undefined) body.traceparent = traceparent;
  if (body.callState === 'IDLE') core.traces.ended(objectId, localCallId);
}

/** R-E164-03: `E164_NUMBER` where it is certain, `E164_CANDIDATES` where the digits can be read in several ways, nothing for somebody inside. */
function addCaller(core: Core, body: CallBody): void {
  const controller = core.controllers.get(body.icpId);
  const settings = controller === undefined ? undefined : numberingOf(core, controller);
  if (settings === undefined) return;
  for (const { role, attributes } of body.devices) {
    const number = role === 'CALLING_DEVICE' ? attributes['NUMBER'] : undefined;
    if (number === undefined || number.length <= settings.maxExtensionLength) continue;
    const found = core.callers.get(settings, number, () =>
      matchIncoming(number, settings, { incoming: true, ...core.numberPlan }).candidates.map(({ e164 }) => e164),
    );
    if (found.length === 1) attributes['E164_NUMBER'] = found[0]!;
    else if (found.length > 1) attributes['E164_CANDIDATES'] = found.slice(0, CANDIDATES_TOLD).join(',');
  }
}

/** Callers call again: what was found for a number is kept for a while, by the settings it was found with. */
export class CallerMemory {
  private readonly bySettings = new WeakMap<object, Map<string, readonly string[]>>();

  get(settings: object, number: string, find: () => readonly string[]): readonly string[] {
    let known = this.bySettings.get(settings);
    if (known === undefined || known.size >= 5000) this.bySettings.set(settings, (known = new Map()));
    let found = known.get(number);
    if (found === undefined) known.set(number, (found = find()));
    return found;
  }
}
