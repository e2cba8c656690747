import type { RoutingTable } from '#contracts/routing';
import { Injectable } from '@nestjs/common';

/** The routing table as this orchestrator last made it; undefined before the first. */
@Injectable()
export class PublishedTable {
  table: RoutingTable | undefined;

  /** Makes it anew and gives it to the routers that can be reached; of the loop that does so. Never rejects. */
  renew: () => Promise<void> = () => Promise.resolve();
}
