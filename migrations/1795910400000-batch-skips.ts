import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notes on batches to skip. Additive: the program of before works on this schema. */
export class BatchSkips1795910400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE batch_skips (
        topic     text        NOT NULL,
        partition integer     NOT NULL,
        "offset"  bigint      NOT NULL,
        asked_at  timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_batch_skips PRIMARY KEY (topic, partition, "offset")
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE batch_skips`);
  }
}
