import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose tries of events stand in a claim, and who of them was seen to live after it had been claimed over. */
export class SurvivorsOfTries1796601600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE partition_claims
        ADD COLUMN triers    uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN survivors uuid[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE partition_claims DROP COLUMN survivors, DROP COLUMN triers`);
  }
}
