import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has counted or adjusted stock. No row is touched; a replica with the code of before writes no names. */
export class MovementNames1796904010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE inventory.movements ADD COLUMN made_by text`);
    await runner.query(
      `COMMENT ON COLUMN inventory.movements.made_by IS 'the caller, as they call themselves'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE inventory.movements DROP COLUMN made_by`);
  }
}
