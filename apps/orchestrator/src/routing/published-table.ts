import type { RoutingTable } from '#contracts/routing';
import { Injectable } from '@nestjs/common';

/** The routing table as this orchestrator last made it; undefined before the first. */
@Injectable()
export class PublishedTable {
  table: RoutingTable | undefined;
}
