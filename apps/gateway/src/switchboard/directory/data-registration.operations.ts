/** What sessions have registered for in the data access service: carried out beside the switchboard, kept here with the session (design.md 7). */
import { NOT_KEPT, type Core } from '../core.js';
import type { Session } from '../sessions/session-table.js';
import type { DataRegistration, JournalRecord } from '../switchboard.port.js';

type DataRegistrationRecord = Extract<JournalRecord, { t: 'data-registration' }>;

export function keepDataRegistration(core: Core, session: Session, requestId: number, registration: DataRegistration): void {
  if (!core.keeping) return core.refuse(requestId, NOT_KEPT);
  const record: DataRegistrationRecord = { t: 'data-registration', sessionId: session.id, registration };
  holdDataRegistration(session, record);
  core.journal(record);
  core.answer(requestId, {}, true);
}

/** Also from the journal. */
export function holdDataRegistration(session: Session, { registration }: DataRegistrationRecord): void {
  session.dataRegistration = registration.deiIds.length === 0 && registration.url === '' ? undefined : registration;
}

export function dataRegistrationRecord({ id, dataRegistration }: Session): DataRegistrationRecord | undefined {
  return dataRegistration === undefined ? undefined : { t: 'data-registration', sessionId: id, registration: dataRegistration };
}
