import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What several contexts need: each has letters of its own for one event, and on the loopback a backlog of its own; and a
 * topic that cannot be published to holds up no other. The program of before works on this schema: it writes letters of orders, and names the constraint, not its columns.
 */
export class ManyContexts1796083200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE dead_letters ADD COLUMN context text NOT NULL DEFAULT 'orders'`);
    await runner.query(`
      ALTER TABLE dead_letters
        DROP CONSTRAINT uq_dead_letters_origin,
        ADD CONSTRAINT uq_dead_letters_origin UNIQUE (context, topic, partition, "offset", event_time)`);
    await runner.query(`CREATE INDEX ix_outbox_topic ON outbox (topic, id)`);
    await runner.query(`
      CREATE TABLE loopback_backlog (
        context    text        NOT NULL,
        topic      text        NOT NULL,
        message_id bigint      NOT NULL,
        created_at timestamptz NOT NULL,
        key        bytea,
        value      bytea,
        headers    jsonb       NOT NULL,
        CONSTRAINT pk_loopback_backlog PRIMARY KEY (context, topic, message_id)
      )`);
    await runner.query(`COMMENT ON COLUMN loopback_backlog.headers IS 'pairs of name and value in base64'`);
  }

  /** Of the letters that several contexts have for one event, the one that was first stays. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE loopback_backlog`);
    await runner.query(`DROP INDEX ix_outbox_topic`);
    await runner.query(`
      DELETE FROM dead_letters d USING dead_letters first
      WHERE first.id < d.id AND first.context <> d.context
        AND (first.topic, first.partition, first."offset", first.event_time)
          = (d.topic, d.partition, d."offset", d.event_time)`);
    await runner.query(`
      ALTER TABLE dead_letters
        DROP CONSTRAINT uq_dead_letters_origin,
        ADD CONSTRAINT uq_dead_letters_origin UNIQUE (topic, partition, "offset", event_time)`);
    await runner.query(`ALTER TABLE dead_letters DROP COLUMN context`);
  }
}
