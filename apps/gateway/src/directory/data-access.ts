/**
 * The operations of the data access service over the gateway's own directory (R-DAS-01 to 03). Reads never leave the gateway, and long ones let
 * others through between pieces; writes go to the controller concerned first, and only then into the copy.
 */
import type { DataOperationName, OperationRequest, OperationResponse, Tuple } from '#contracts/application-api';
import type { Refusal } from '#contracts/errors';
import type { Outcome } from '../northbound-port.js';
import { ChangeNotices } from './change-notices.js';
import type { ChangeReader, ChangeSender } from './change-sender.port.js';
import type { DataRegistration } from '../switchboard/switchboard.port.js';
import type { Change, Directory, DirectoryWriter, Entry } from './directory.port.js';
import { descriptorOf, ENTITIES, entityById, entityByName, type Entity } from './entities.js';
import { sameValues } from './memory-directory.js';
import { conditionsOf, matcherOf, type Matcher } from './search.rules.js';
import { icpIdOf, objectIdOf, recordOf, tupleOf, tupleRefusal } from './tuple.rules.js';

type Handlers = {
  readonly [N in DataOperationName]: (
    request: OperationRequest<N>,
    traceparent?: string,
  ) => Outcome<OperationResponse<N>> | Promise<Outcome<OperationResponse<N>>>;
};

/** A read gives way to others after so many entries looked at. */
const PIECE = 2000;

const no = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal });
const yes = <T>(value: T): Outcome<T> => ({ ok: true, value });
const unknownEntity = (what: string): Refusal => ({
  code: 'NOT_FOUND',
  detail: `there is no entity ${what}; there are ${ENTITIES.map(({ deiId, name }) => `${deiId} ${name}`).join(', ')}`,
});
const notAllowed = (detail: string): Refusal => ({ code: 'FEATURE_NOT_ALLOWED', detail });
const changed = (entity: Entity): Refusal => ({
  code: 'CONFLICT',
  detail: `the tuple of ${entity.name} is not, or no more, as it was given: read it again`,
});

const REGISTERING: ReadonlySet<DataOperationName> = new Set([
  'registerDeisForNotification',
  'deregisterDeisForNotification',
  'registerNotificationHandler',
] as const);

const SENT_ELSEWHERE: Refusal = {
  code: 'EVENT_HANDLER_SET',
  detail: 'the changes for this session are sent to its notification handler',
};

export class DataAccess {
  private readonly notices = new ChangeNotices();
  /** Tuples with a change under way. */
  private readonly busy = new Set<number>();

  /** @param isLive whether a session still stands; those that do not are forgotten */
  constructor(
    private readonly directory: Directory,
    private readonly writer: DirectoryWriter,
    private readonly isLive: (sessionId: number) => boolean,
    private readonly sender: ChangeSender,
  ) {
    directory.onChange((change) => {
      this.notices.changed(change);
      this.sender.news();
    });
  }

  carries(name: string): name is DataOperationName {
    return Object.hasOwn(this.handlers, name);
  }

  /**
   * The session of the request has been checked.
   * @param traceparent of the request, for what it makes the gateway write to a controller
   */
  async execute<N extends DataOperationName>(
    name: N,
    request: OperationRequest<N>,
    traceparent?: string,
  ): Promise<Outcome<OperationResponse<N>>> {
    return this.handlers[name](request, traceparent);
  }

  private readonly handlers: Handlers = {
    getDeiMetaData: () => yes({ deiDescriptors: ENTITIES.map(descriptorOf) }),
    getDataSchema: ({ entity: name }) => {
      const entity = entityByName(name);
      return entity === undefined ? no(unknownEntity(name)) : yes(descriptorOf(entity));
    },
    readData: (request) => this.page(request),
    getAllTuples: ({ deiId }) => this.tuples(deiId, { from: -1, max: Number.POSITIVE_INFINITY }),
    getFirstTuple: ({ deiId }) => this.tuples(deiId, { from: -1, max: 1 }),
    getNextTuple: ({ deiId, currentTuple }) => this.tuples(deiId, { from: currentTuple, max: 1 }),
    searchFirstNTuples: ({ deiId, n, searchCondition }) =>
      this.tuples(deiId, { from: -1, max: n, conditions: searchCondition?.searchPredicates }),
    searchNextNTuples: ({ deiId, n, searchCondition, currentTuple }) =>
      this.tuples(deiId, { from: currentTuple, max: n, conditions: searchCondition?.searchPredicates }),
    insertTuple: (request, traceparent) => this.insert(request, traceparent),
    updateTuple: (request, traceparent) => this.update(request, traceparent),
    deleteTuple: (request, traceparent) => this.delete(request, traceparent),
    registerDeisForNotification: ({ sessionId, deiIds }) => {
      const unknown = deiIds.find((deiId) => entityById(deiId) === undefined);
      if (unknown !== undefined) return no(unknownEntity(String(unknown)));
      this.notices.retain(this.isLive);
      this.notices.register(sessionId, deiIds);
      return yes({});
    },
    deregisterDeisForNotification: ({ sessionId, deiIds }) => {
      this.notices.deregister(sessionId, deiIds);
      return yes({});
    },
    registerNotificationHandler: ({ sessionId, eventHandlerURL: url }) => {
      if (url === '') this.sender.remove(sessionId);
      const refusal = url === '' ? undefined : this.sender.set(sessionId, url, () => this.toSend(sessionId));
      return refusal === undefined ? yes({}) : no(refusal);
    },
    getNotification: ({ sessionId }) => (this.sender.isSet(sessionId) ? no(SENT_ELSEWHERE) : this.notification(sessionId)),
  };

  private async tuples(
    deiId: number,
    {
      from,
      max,
      conditions = [],
    }: {
      readonly from: Tuple | -1;
      readonly max: number;
      readonly conditions?: Parameters<typeof matcherOf>[1] | undefined;
    },
  ): Promise<Outcome<{ tuples: Tuple[] }>> {
    const entity = entityById(deiId);
    if (entity === undefined) return no(unknownEntity(String(deiId)));
    const matches = matcherOf(entity, conditions);
    if (typeof matches !== 'function') return no(matches);
    const after = from === -1 ? from : objectIdOf(entity, from);
    if (typeof after !== 'number') return no(after);
    const found = await this.find(entity, after, max, matches);
    return yes({ tuples: found.map((entry) => tupleOf(entity, entry)) });
  }

  private async page({
    entity: name,
    filter = '',
    after = '-1',
    limit,
  }: OperationRequest<'readData'>): Promise<Outcome<OperationResponse<'readData'>>> {
    const entity = entityByName(name);
    if (entity === undefined) return no(unknownEntity(name));
    if (!/^(-1|\d{1,16})$/.test(after))
      return no({ code: 'EVENT_CURSOR_INVALID', detail: 'after: send what the page before answered, or nothing' });
    const conditions = conditionsOf(entity, filter);
    if ('code' in conditions) return no(conditions);
    const matches = matcherOf(entity, conditions);
    if (typeof matches !== 'function') return no(matches);
    const found = await this.find(entity, Number(after), limit + 1, matches);
    const records = found.slice(0, limit).map((entry) => recordOf(entity, entry));
    return yes({ records, after: found.length > limit ? String(found[limit - 1]!.objectId) : null });
  }

  private async find(entity: Entity, after: number, max: number, matches: Matcher): Promise<Entry[]> {
    const found: Entry[] = [];
    let looked = 0;
    for (const entry of this.directory.after(entity.deiId, after)) {
      if (found.length >= max) break;
      if (matches(entry.values)) found.push(entry);
      looked += 1;
      if (looked % PIECE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return found;
  }

  private async insert(
    request: OperationRequest<'insertTuple'>,
    traceparent: string | undefined,
  ): Promise<Outcome<{ retTuple: Tuple }>> {
    const { newTuple, distributionOnly } = request;
    const entity = this.writable(request.deiId, distributionOnly);
    if ('code' in entity) return no(entity);
    const wrong = tupleRefusal(entity, newTuple, true) ?? this.taken(entity, newTuple);
    if (wrong !== undefined) return no(wrong);
    const change = { deiId: entity.deiId, icpId: icpIdOf(newTuple), before: undefined, after: newTuple.fields };
    const written = await this.writer.write(change, traceparent);
    if (!written.ok) return written;
    const { objectId } = written.value;
    const entry = { objectId, values: [String(objectId), ...newTuple.fields.slice(1)] };
    this.directory.put(entity.deiId, entry);
    return yes({ retTuple: tupleOf(entity, entry) });
  }

  private async update(
    request: OperationRequest<'updateTuple'>,
    traceparent: string | undefined,
  ): Promise<Outcome<{ retTuple: Tuple }>> {
    const { oldTuple, newTuple, distributionOnly } = request;
    const entity = this.writable(request.deiId, distributionOnly);
    if ('code' in entity) return no(entity);
    const wrong = tupleRefusal(entity, newTuple, false);
    if (wrong !== undefined) return no(wrong);
    if (newTuple.fields[0] !== oldTuple.fields[0] || newTuple.fields[1] !== oldTuple.fields[1])
      return no({ code: 'INVALID_ARGUMENT', detail: 'objectId and icpId of a tuple cannot be changed' });
    return this.locked(entity, oldTuple, async (before) => {
      const change = { deiId: entity.deiId, icpId: icpIdOf(newTuple), before, after: newTuple.fields };
      const written = await this.writer.write(change, traceparent);
      if (!written.ok) return written;
      const entry = { objectId: before.objectId, values: [...newTuple.fields] };
      this.directory.put(entity.deiId, entry);
      return yes({ retTuple: tupleOf(entity, entry) });
    });
  }

  private async delete(
    request: OperationRequest<'deleteTuple'>,
    traceparent: string | undefined,
  ): Promise<Outcome<Record<string, never>>> {
    const { tuple, distributionOnly } = request;
    const entity = this.writable(request.deiId, distributionOnly);
    if ('code' in entity) return no(entity);
    return this.locked(entity, tuple, async (before) => {
      const change = { deiId: entity.deiId, icpId: icpIdOf(tuple), before, after: undefined };
      const written = await this.writer.write(change, traceparent);
      if (!written.ok) return written;
      this.directory.remove(entity.deiId, before.objectId);
      return yes({});
    });
  }

  /** The optimistic lock: the entry must be as the application last saw it, and nobody else may be changing it. */
  private async locked<T>(entity: Entity, given: Tuple, write: (before: Entry) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const objectId = objectIdOf(entity, given);
    if (typeof objectId !== 'number') return no(objectId);
    const before = this.directory.get(entity.deiId, objectId);
    if (before === undefined || !sameValues(before.values, given.fields) || this.busy.has(objectId)) return no(changed(entity));
    this.busy.add(objectId);
    try {
      return await write(before);
    } finally {
      this.busy.delete(objectId);
    }
  }

  private writable(deiId: number, distributionOnly: boolean): Entity | Refusal {
    const entity = entityById(deiId);
    if (entity === undefined) return unknownEntity(String(deiId));
    if (!entity.writable) return notAllowed(`${entity.name} are not written by applications`);
    return distributionOnly ? notAllowed('a change that no controller takes would be undone by the next directory sync') : entity;
  }

  /** A number exists once at a controller, but for its line appearances. */
  private taken(entity: Entity, { fields }: Tuple): Refusal | undefined {
    const dn = fields[entity.dnField] ?? '';
    if (entity.dnField === -1 || dn === '' || entity.name === 'line-appearances') return undefined;
    for (const { values } of this.directory.after(entity.deiId, -1))
      if (values[entity.dnField] === dn && values[1] === fields[1])
        return { code: 'ALREADY_EXISTS', detail: `${entity.name} of controller ${fields[1]} has ${dn} already` };
    return undefined;
  }

  /** Whether it changes what {@link registrationOf} answers. */
  registers(name: DataOperationName): boolean {
    return REGISTERING.has(name);
  }

  /** What a session has registered for, as it is to be kept. */
  registrationOf(sessionId: number): DataRegistration {
    return { deiIds: this.notices.entitiesOf(sessionId), url: this.sender.urlOf(sessionId) };
  }

  /** As it was kept by an earlier incarnation. A handler that is not allowed any more is not sent to. */
  restore(sessionId: number, { deiIds, url }: DataRegistration): void {
    if (deiIds.length > 0) this.notices.restore(sessionId, deiIds);
    if (url !== '') this.sender.set(sessionId, url, () => this.toSend(sessionId));
  }

  private toSend(sessionId: number): ReturnType<ChangeReader> {
    if (!this.notices.isRegistered(sessionId)) return undefined;
    const notification = this.notification(sessionId);
    return notification.ok && notification.value.deiId === undefined ? undefined : notification;
  }

  private notification(sessionId: number): Outcome<OperationResponse<'getNotification'>> {
    if (!this.notices.isRegistered(sessionId))
      return no({ code: 'CONFLICT', detail: 'the session has registered for no entity: registerDeisForNotification first' });
    const change = this.notices.next(sessionId);
    if (change === undefined) return yes({});
    if ('lost' in change)
      return no({
        code: 'CONFLICT',
        detail:
          change.lost === 'unknown'
            ? 'changes may have been lost while the gateway was away: read the entities again'
            : `${change.lost} changes were lost because they were not fetched: read the entities again`,
      });
    return yes(noticeOf(change));
  }
}

function noticeOf({ deiId, before, after }: Change): OperationResponse<'getNotification'> {
  const entity = entityById(deiId)!;
  return {
    deiId,
    operationPerformed: before === undefined ? 'OP_INSERT' : after === undefined ? 'OP_DELETE' : 'OP_UPDATE',
    ...(before === undefined ? {} : { originalTuple: tupleOf(entity, before) }),
    ...(after === undefined ? {} : { updatedTuple: tupleOf(entity, after) }),
  };
}
