import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notices of changes, ids only: `cordboard_spec` "<table> <tenant id> <id>", `cordboard_instance_status` "<tenant id> <instance id>" when
 * something routing depends on has changed, `cordboard_operation` "<operation id>". They only say "look": readers also look by timer.
 */
export class Notices1700000000003 implements MigrationInterface {
  readonly name = 'Notices1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      functionOf(
        'cordboard_notice_spec',
        `PERFORM pg_notify('cordboard_spec', concat_ws(' ', TG_TABLE_NAME,
           coalesce(to_jsonb(changed) ->> 'tenant_id', to_jsonb(changed) ->> 'id'), to_jsonb(changed) ->> 'id'));`,
      ),
    );
    await runner.query(
      functionOf(
        'cordboard_notice_instance_status',
        `PERFORM pg_notify('cordboard_instance_status', concat_ws(' ', changed.tenant_id, changed.instance_id));`,
      ),
    );
    await runner.query(functionOf('cordboard_notice_operation', `PERFORM pg_notify('cordboard_operation', changed.id::text);`));
    for (const table of SPEC_TABLES) {
      await runner.query(`CREATE TRIGGER tr_${table}_notice AFTER INSERT OR UPDATE OR DELETE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION cordboard_notice_spec()`);
    }
    await runner.query(`CREATE TRIGGER tr_instance_status_notice AFTER INSERT OR DELETE ON instance_status
      FOR EACH ROW EXECUTE FUNCTION cordboard_notice_instance_status()`);
    await runner.query(`CREATE TRIGGER tr_instance_status_change_notice AFTER UPDATE ON instance_status FOR EACH ROW
      WHEN ((OLD.state, OLD.epoch_major, OLD.endpoint, OLD.access_digest) IS DISTINCT FROM (NEW.state, NEW.epoch_major, NEW.endpoint, NEW.access_digest))
      EXECUTE FUNCTION cordboard_notice_instance_status()`);
    await runner.query(`CREATE TRIGGER tr_operations_notice AFTER UPDATE ON operations
      FOR EACH ROW EXECUTE FUNCTION cordboard_notice_operation()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of SPEC_TABLES) await runner.query(`DROP TRIGGER tr_${table}_notice ON ${table}`);
    await runner.query('DROP TRIGGER tr_instance_status_notice ON instance_status');
    await runner.query('DROP TRIGGER tr_instance_status_change_notice ON instance_status');
    await runner.query('DROP TRIGGER tr_operations_notice ON operations');
    await runner.query('DROP FUNCTION cordboard_notice_spec(), cordboard_notice_instance_status(), cordboard_notice_operation()');
  }
}

/** S-05: runs with the rights of whoever writes, and with a search path that nobody can bend. */
const functionOf = (name: string, body: string) => `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER
  SET search_path = pg_catalog, pg_temp AS $$
  DECLARE changed record;
  BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    ${body}
    RETURN NULL;
  END $$`;

const SPEC_TABLES = ['tenants', 'clusters', 'controllers', 'instances', 'applications'];
