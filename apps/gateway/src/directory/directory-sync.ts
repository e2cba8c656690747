/** The sync of all controllers' directories (R-CLU-08): on connect, on demand, every hour, and when a controller says that something changed. */
import type { Refusal } from '#contracts/errors';
import type { InstanceStatusReport } from '#contracts/gateway-admin';
import { CAPABILITIES, type ControllerRequest } from '#southbound/messages';
import type { Outcome } from '../northbound-port.js';
import { SYNC_CORRELATIONS } from '../switchboard/calls/command-table.js';
import { makeObjectId, partsOf } from '../switchboard/numbering.rules.js';
import { ControllerDirectory, type DirectoryMessage, type DirectoryWrite } from './controller-directory.js';
import { writesOf } from './directory-items.rules.js';
import type { Directory, DirectoryWriter } from './directory.port.js';
import { entityById, type Entity } from './entities.js';

/** Between two whole reads of a controller's directory: changes are told, this is for those that were not. */
export const RESYNC_MS = 3_600_000;

/** While the monitors of a restart are being set again, which come first: directories wait so long, then so many begin with each tick. */
const PATIENCE_MS = 3000;
const READS_PER_TICK = 8;

export interface DirectorySyncParts {
  readonly directory: Directory;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  /** Monitors that an earlier incarnation held wait to be set again. */
  readonly isRecovering: () => boolean;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly send: (icpId: number, request: ControllerRequest, traceparent?: string) => boolean;
  /** Why nothing can be written at a controller now; undefined: it can. */
  readonly refusal: (icpId: number) => Refusal | undefined;
  readonly note: (text: string, facts: object) => void;
  /** Models of the phones of a controller by handle: of all there are, or (`handle`) of one. */
  readonly models: (icpId: number, models: ReadonlyMap<number, string>, handle: number | undefined) => void;
}

type Change = Parameters<DirectoryWriter['write']>[0];

interface Known {
  readonly link: ControllerDirectory;
  syncedAtMs: number;
  /** Of the sync that was carried out here last. */
  revision: number;
  /** Everything is being read, and for which revision that will stand. */
  reading: number | undefined;
  completeWallMs: number | undefined;
  /** Not read since the link came up; it waits until then at the longest when monitors come first. */
  waitsUntilMs: number | undefined;
}

/** How the copy of one controller's directory stands, as the report of the instance says it. */
export type DirectoryState = NonNullable<InstanceStatusReport['controllers'][number]['directory']>;

export class DirectorySync implements DirectoryWriter {
  private readonly controllers = new Map<number, Known>();
  private revision = 0;
  /** What was told of the syncs that were asked for; see {@link hasNews}. */
  private told = '';
  private correlation: number = SYNC_CORRELATIONS.from;

  constructor(private readonly parts: DirectorySyncParts) {}

  /** @param capabilities what the controller has announced, bits of CAPABILITIES */
  up(icpId: number, capabilities = 0): void {
    const nowMs = this.parts.nowMs();
    const known = this.knownOf(icpId);
    known.link.up((capabilities & CAPABILITIES.LONG_ITEMS) !== 0);
    known.syncedAtMs = nowMs;
    known.reading = undefined;
    if (this.parts.isRecovering()) known.waitsUntilMs = nowMs + PATIENCE_MS;
    else this.readAll(known);
  }

  /** On demand: everything is read anew, at once; of a controller that is away when it is back. Not greater than before: nothing. */
  demand(revision: number): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    for (const known of this.controllers.values()) this.readAll(known);
    this.parts.note('a sync of the directories was asked for', { revision, controllers: this.controllers.size });
  }

  /** Of a controller that was never connected: away. */
  state(icpId: number): DirectoryState {
    const known = this.controllers.get(icpId);
    if (known === undefined) return { revision: 0, state: 'away', syncedAt: null, entries: 0, failure: null };
    const { link, revision, completeWallMs } = known;
    return {
      revision,
      state: !link.isConnected ? 'away' : link.isReading ? 'reading' : 'idle',
      syncedAt: completeWallMs === undefined ? null : new Date(completeWallMs).toISOString(),
      entries: link.entries,
      failure: link.failure,
    };
  }

  /** True while what came of a sync that was asked for has not been {@link tell told}. */
  get hasNews(): boolean {
    return this.revision > 0 && this.news() !== this.told;
  }

  /** Everything there is to be said now has been said. */
  tell(): void {
    this.told = this.news();
  }

  down(icpId: number): void {
    const known = this.controllers.get(icpId);
    if (known === undefined) return;
    known.waitsUntilMs = undefined;
    known.link.down();
  }

  /** The controller is not ours any more. */
  forget(icpId: number): void {
    this.down(icpId);
    this.controllers.delete(icpId);
    this.parts.directory.forget(icpId);
  }

  /** From who watches: one entry has changed, or (undefined) nobody knows what. */
  changed(icpId: number, entry: { readonly deiId: number; readonly handle: number } | undefined): void {
    const known = this.controllers.get(icpId);
    if (entry !== undefined) known?.link.changed(this.parts.nowMs(), entry.deiId, entry.handle);
    else if (known?.waitsUntilMs === undefined) known?.link.readAll(this.parts.nowMs());
  }

  message(icpId: number, message: DirectoryMessage): void {
    const known = this.controllers.get(icpId);
    known?.link.message(this.parts.nowMs(), message);
    if (known !== undefined) this.noteComplete(known);
  }

  tick(): void {
    const nowMs = this.parts.nowMs();
    let left = this.parts.isRecovering() ? READS_PER_TICK : this.controllers.size;
    for (const known of this.controllers.values()) {
      known.link.tick(nowMs);
      this.noteComplete(known);
      const { syncedAtMs, waitsUntilMs = Number.POSITIVE_INFINITY } = known;
      const isDue = nowMs >= waitsUntilMs || nowMs - syncedAtMs >= RESYNC_MS;
      if (!isDue || !known.link.isConnected || left === 0) continue;
      left -= 1;
      this.readAll(known);
    }
  }

  private knownOf(icpId: number): Known {
    const known = this.controllers.get(icpId) ?? {
      link: this.link(icpId),
      syncedAtMs: this.parts.nowMs(),
      revision: 0,
      reading: undefined,
      completeWallMs: undefined,
      waitsUntilMs: undefined,
    };
    this.controllers.set(icpId, known);
    return known;
  }

  private readAll(known: Known): void {
    if (!known.link.isConnected) return;
    known.syncedAtMs = this.parts.nowMs();
    known.reading = this.revision;
    known.waitsUntilMs = undefined;
    known.link.readAll(known.syncedAtMs);
  }

  private noteComplete(known: Known): void {
    if (known.reading === undefined || !known.link.isConnected || known.link.isReading) return;
    known.revision = known.reading;
    known.reading = undefined;
    known.completeWallMs = this.parts.wallMs();
  }

  private news(): string {
    return [...this.controllers].map(([icpId, { revision, link }]) => `${icpId} ${revision} ${link.failure}`).join('; ');
  }

  /** A change that needs several requests (at a controller that takes no long items) is undone as far as it got when it was an insert; else what stands is read again. */
  async write({ deiId, icpId, before, after }: Change, traceparent?: string): Promise<Outcome<{ readonly objectId: number }>> {
    const entity = entityById(deiId)!;
    const refusal = this.parts.refusal(icpId);
    if (refusal !== undefined) return { ok: false, refusal };
    const handle = before === undefined ? 0 : partsOf(before.objectId)!.handle;
    if (after === undefined)
      return this.object(icpId, await this.one(icpId, { entity, action: 'DELETE', handle, items: [], traceparent }));
    const takesLong = this.controllers.get(icpId)?.link.takesLong === true;
    const pieces = writesOf(entity, before?.values, after, takesLong);
    if ('code' in pieces) return { ok: false, refusal: pieces };
    let written: Outcome<{ readonly handle: number }> = { ok: true, value: { handle } };
    for (const [at, items] of pieces.entries()) {
      const inserts = before === undefined && at === 0;
      const target = written.ok ? written.value.handle : 0;
      const next = await this.one(icpId, { entity, action: inserts ? 'INSERT' : 'UPDATE', handle: target, items, traceparent });
      if (!next.ok && at > 0) await this.undo(icpId, entity, target, before === undefined);
      if (!next.ok) return next;
      written = next;
    }
    return this.object(icpId, written);
  }

  private async undo(icpId: number, entity: Entity, handle: number, isNew: boolean): Promise<void> {
    if (isNew) await this.one(icpId, { entity, action: 'DELETE', handle, items: [], traceparent: undefined });
    this.changed(icpId, { deiId: entity.deiId, handle });
  }

  private object(icpId: number, outcome: Outcome<{ readonly handle: number }>): Outcome<{ readonly objectId: number }> {
    return outcome.ok ? { ok: true, value: { objectId: makeObjectId(icpId, outcome.value.handle) } } : outcome;
  }

  private one(icpId: number, write: Omit<DirectoryWrite, 'kind' | 'done'>): Promise<Outcome<{ readonly handle: number }>> {
    return new Promise((resolve) => {
      const link = this.controllers.get(icpId)?.link ?? this.link(icpId);
      link.write(this.parts.nowMs(), { kind: 'write', ...write, done: resolve });
    });
  }

  private link(icpId: number): ControllerDirectory {
    const { directory, timeoutMs, send, note, models } = this.parts;
    return new ControllerDirectory({
      icpId,
      directory,
      timeoutMs,
      note,
      send: (request, traceparent) => send(icpId, request, traceparent),
      models: (found, handle) => models(icpId, found, handle),
      correlation: () => {
        this.correlation = this.correlation + 1 === SYNC_CORRELATIONS.end ? SYNC_CORRELATIONS.from : this.correlation + 1;
        return this.correlation;
      },
    });
  }
}
