import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Dead letters that can be sent again: what has become of each, every delivery of it that failed, and an outbox that
 * can hold a message to the byte. Additive: the program of before works on this schema.
 */
export class DeadLetterReplays1795267200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE dead_letters
        ADD COLUMN state       text        NOT NULL DEFAULT 'waiting',
        ADD COLUMN replays     integer     NOT NULL DEFAULT 0,
        ADD COLUMN replayed_at timestamptz`);
    await runner.query(`CREATE INDEX ix_dead_letters_topic ON dead_letters (topic, id)`);
    await runner.query(`CREATE INDEX ix_dead_letters_state ON dead_letters (state, id)`);
    await runner.query(`CREATE INDEX ix_dead_letters_created_at ON dead_letters (created_at)`);
    await runner.query(`
      CREATE TABLE dead_letter_attempts (
        letter_id  bigint      NOT NULL,
        partition  integer     NOT NULL,
        "offset"   bigint      NOT NULL,
        event_time timestamptz NOT NULL,
        reason     text        NOT NULL,
        attempts   integer     NOT NULL,
        failed_at  timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_dead_letter_attempts PRIMARY KEY (letter_id, partition, "offset", event_time),
        CONSTRAINT fk_dead_letter_attempts_letter
          FOREIGN KEY (letter_id) REFERENCES dead_letters (id) ON DELETE CASCADE
      )`);
    await runner.query(`ALTER TABLE outbox ADD COLUMN exact jsonb`);
    await runner.query(`
      COMMENT ON COLUMN outbox.exact IS 'key, headers and null value of a message whose bytes need not be text'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE outbox DROP COLUMN exact`);
    await runner.query(`DROP TABLE dead_letter_attempts`);
    await runner.query(`DROP INDEX ix_dead_letters_topic, ix_dead_letters_state, ix_dead_letters_created_at`);
    await runner.query(`
      ALTER TABLE dead_letters DROP COLUMN state, DROP COLUMN replays, DROP COLUMN replayed_at`);
  }
}
