import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Until when parcels were promised. No row is touched: what was announced before is looked through by the program, beside its
 * work. A replica with the code of before leaves the column as it was.
 */
export class PromisesOfParcels1796731220000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE order_announcements ADD COLUMN promised_at timestamptz`);
    await runner.query(`
      COMMENT ON COLUMN order_announcements.promised_at IS
        'when the first of the parcels that are under way is expected; null where none is'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE order_announcements DROP COLUMN promised_at`);
  }
}
