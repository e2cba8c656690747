/** All that has to do with the directory, for the engine: the copy, its sync with the controllers, and what applications ask of it. */
import type { DataOperationName, OperationRequest, OperationResponse } from '#contracts/application-api';
import type { AccessDocument, ConnectionState } from '#contracts/gateway-admin';
import type { ControllerResponse, DirectoryEntries, EventMessage } from '#southbound/messages';
import type { Outcome } from '../northbound-port.js';
import type { LinkUp } from '../southbound-port.js';
import { NOT_KEPT } from '../switchboard/core.js';
import { sampledTrace } from '../switchboard/calls/request-traces.js';
import type { DataRegistration } from '../switchboard/switchboard.port.js';
import type { DirectoryMessage } from './controller-directory.js';
import { describeController } from './controller-entries.js';
import { DataAccess } from './data-access.js';
import type { ChangeSender } from './change-sender.port.js';
import type { Directory, DirectoryWriter } from './directory.port.js';
import { DirectorySync, type DirectorySyncParts } from './directory-sync.js';
import { MemoryDirectory } from './memory-directory.js';

export interface DirectoryDeskParts extends Omit<DirectorySyncParts, 'directory'> {
  /** Default: an empty one in memory. */
  readonly directory: Directory | undefined;
  /** Default: the controllers themselves, over their links. */
  readonly writer: DirectoryWriter | undefined;
  readonly isLive: (sessionId: number) => boolean;
  readonly sender: ChangeSender;
}

export const isOfDirectory = (message: ControllerResponse | DirectoryEntries | EventMessage): message is DirectoryMessage =>
  message.type.startsWith('DIRECTORY_');

export class DirectoryDesk {
  readonly directory: Directory;
  readonly sync: DirectorySync;
  readonly data: DataAccess;

  constructor({ directory = new MemoryDirectory(), writer, isLive, sender, ...parts }: DirectoryDeskParts) {
    this.directory = directory;
    this.sync = new DirectorySync({ ...parts, directory });
    this.data = new DataAccess(directory, writer ?? this.sync, isLive, sender);
  }

  /**
   * An operation of the data access service. What a session registers for is answered when `keep` has kept it; where nothing can be kept it is refused
   * and nothing is registered.
   * @param traceparent of the request
   */
  async carryOut<N extends DataOperationName>(
    name: N,
    request: OperationRequest<N>,
    isKeeping: boolean,
    keep: (registration: DataRegistration) => Promise<Outcome<unknown>>,
    traceparent?: string,
  ): Promise<Outcome<OperationResponse<N>>> {
    const { data } = this;
    if (!data.registers(name)) return data.execute(name, request, sampledTrace(traceparent));
    if (!isKeeping) return { ok: false, refusal: NOT_KEPT };
    const outcome = await data.execute(name, request);
    const kept = outcome.ok ? await keep(data.registrationOf(request.sessionId)) : outcome;
    return kept.ok ? outcome : kept;
  }

  /** What sessions registered for with an earlier incarnation; true: there are some. */
  restore(registrations: Iterable<readonly [sessionId: number, DataRegistration]>): boolean {
    const all = [...registrations];
    for (const [sessionId, registration] of all) this.data.restore(sessionId, registration);
    return all.length > 0;
  }

  /** Controllers that are no more in the document are forgotten, the others described. */
  documentChanged(before: AccessDocument | undefined, { controllers, directorySync }: AccessDocument): void {
    for (const { icpId } of before?.controllers ?? [])
      if (!controllers.some((controller) => controller.icpId === icpId)) this.sync.forget(icpId);
    for (const controller of controllers) describeController(this.directory, controller);
    if (directorySync !== undefined) this.sync.demand(directorySync.revision);
  }

  linkChanged(icpId: number, state: ConnectionState, up: LinkUp | undefined, document: AccessDocument | undefined): void {
    const granted = document?.controllers.find((controller) => controller.icpId === icpId);
    if (granted !== undefined && up !== undefined) describeController(this.directory, { ...granted, release: up.release });
    if (up !== undefined) this.sync.up(icpId, up.capabilities);
    else if (state !== 'CONNECTED') this.sync.down(icpId);
  }
}
