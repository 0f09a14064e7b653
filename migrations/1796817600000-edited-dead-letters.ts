import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was sent in the place of a dead letter. Additive: the program of before writes none of it. */
export class EditedDeadLetters1796817600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dead_letters
        ADD COLUMN edits integer NOT NULL DEFAULT 0,
        ADD COLUMN edited_at timestamptz,
        ADD COLUMN edited_value bytea`);
    await runner.query(`COMMENT ON COLUMN dead_letters.edited_value IS 'what was sent in its place last'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE dead_letters DROP COLUMN edits, DROP COLUMN edited_at, DROP COLUMN edited_value`,
    );
  }
}
