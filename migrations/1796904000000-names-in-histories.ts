import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has asked for a version of an order. No row is touched; a replica with the code of before writes no names. */
export class NamesInHistories1796904000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE order_history ADD COLUMN made_by text`);
    await runner.query(
      `COMMENT ON COLUMN order_history.made_by IS 'who has asked for it, as they call themselves'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE order_history DROP COLUMN made_by`);
  }
}
