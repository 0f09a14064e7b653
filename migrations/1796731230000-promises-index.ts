import type { MigrationInterface, QueryRunner } from 'typeorm';

const NAME = 'ix_order_announcements_promised';
/** For transactions that were under way before; nobody waits behind it meanwhile. After that the start is tried again. */
const WAIT_MS = 600_000;

/**
 * Builds an index of a large table while the table is written, which no transaction can do. When it is broken off it leaves an
 * index that is written and never read; the next try drops that first.
 */
export class PromisesIndex1796731230000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const found: unknown = await runner.query(
      'SELECT indisvalid AS "isValid" FROM pg_index WHERE indexrelid = to_regclass($1)',
      [NAME],
    );
    const [index] = found as { isValid: boolean }[];
    // Built, and then broken off before it was noted.
    if (index?.isValid === true) return;
    const [limit] = (await runner.query(`SELECT current_setting('lock_timeout') AS "lock"`)) as {
      lock: string;
    }[];
    await runner.query(`SET lock_timeout = ${WAIT_MS}`);
    try {
      if (index !== undefined) await runner.query(`DROP INDEX CONCURRENTLY ${NAME}`);
      await runner.query(`
        CREATE INDEX CONCURRENTLY ${NAME} ON order_announcements (promised_at) WHERE promised_at IS NOT NULL`);
    } finally {
      await runner.query(`SELECT set_config('lock_timeout', $1, false)`, [limit!.lock]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ${NAME}`);
  }
}
