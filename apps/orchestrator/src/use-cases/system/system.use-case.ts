/** What the control API says of itself. */
import type { AnswerOf } from '#contracts/control-api';
import { CONTROL_API_DOCUMENT } from '#contracts/control-api-document';
import type { Database } from '#persistence/database';
import { Inject, Injectable } from '@nestjs/common';
import { PublishedTable } from '../../routing/published-table.js';
import type { Call } from '../../unit-of-work/call.js';
import { DATABASE } from '../../unit-of-work/tokens.js';
import { accepted, found, type StoreOutcome } from '../outcome-map.js';

@Injectable()
export class SystemUseCase {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(PublishedTable) private readonly published: PublishedTable,
  ) {}

  async health(_call: Call<'health'>): Promise<StoreOutcome<AnswerOf<'health'>>> {
    await this.database.ping();
    return accepted({ status: 'ok', version: '0.1.0' });
  }

  async openapi(_call: Call<'openapi'>): Promise<StoreOutcome<AnswerOf<'openapi'>>> {
    return accepted(CONTROL_API_DOCUMENT);
  }

  async me({ caller: { key, tenant } }: Call<'me'>): Promise<StoreOutcome<AnswerOf<'me'>>> {
    return accepted({
      keyId: key.id,
      role: key.role,
      name: key.name,
      tenant: tenant === undefined ? null : { id: tenant.id, slug: tenant.slug },
    });
  }

  async routingTable(_call: Call<'getRoutingTable'>): Promise<StoreOutcome<AnswerOf<'getRoutingTable'>>> {
    return found('routing table yet', this.published.table, (table) => table);
  }
}
