import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many gateway instances the border gateway serves (R-LIM-10): all instances of tenants that have a remote application. A tenant's transaction has to
 * know that of all tenants together, so the function takes the platform's scope for as long as it counts, and answers a number and nothing else.
 * S-05: it has the rights of whoever asks, and a search path that nobody can bend.
 */
export class BorderGateway1700000000103 implements MigrationInterface {
  readonly name = 'BorderGateway1700000000103';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE OR REPLACE FUNCTION cordboard_border_gateway_instances() RETURNS integer LANGUAGE plpgsql SECURITY INVOKER
      SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        own text := coalesce(current_setting('cordboard.scope', true), '');
        used integer;
      BEGIN
        PERFORM set_config('cordboard.scope', 'platform', true);
        SELECT count(*) INTO used FROM public.instances i
         WHERE EXISTS (SELECT 1 FROM public.applications a WHERE a.tenant_id = i.tenant_id AND a.remote);
        PERFORM set_config('cordboard.scope', own, true);
        RETURN used;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION cordboard_border_gateway_instances()');
  }
}
