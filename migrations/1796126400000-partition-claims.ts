import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who reads which partition, and what is being tried there when a process ends by it. The table is not logged: each row
 * is good for as long as a process runs, and its writes need not wait for a disk.
 */
export class PartitionClaims1796126400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE partition_claims (
        context         text     NOT NULL,
        topic           text     NOT NULL,
        partition       integer  NOT NULL,
        owner           uuid     NOT NULL,
        first_offset    bigint,
        next_offset     bigint,
        deaths          integer  NOT NULL DEFAULT 0,
        refused_offsets bigint[] NOT NULL DEFAULT '{}',
        CONSTRAINT pk_partition_claims PRIMARY KEY (context, topic, partition)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE partition_claims`);
  }
}
