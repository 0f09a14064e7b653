import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Customers where there is no topic that keeps them, and the origins of records that were refused. */
export class Customers1797076800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE customers.customers (
        account_key bytea NOT NULL,
        body        text  NOT NULL,
        CONSTRAINT pk_customers PRIMARY KEY (account_key)
      )`);
    await runner.query(`
      CREATE TABLE customers.refused_records (
        topic           text    NOT NULL,
        partition       integer NOT NULL,
        "offset"        bigint  NOT NULL,
        event_timestamp bigint  NOT NULL,
        CONSTRAINT pk_refused_records PRIMARY KEY (topic, partition, "offset", event_timestamp)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE customers.refused_records`);
    await runner.query(`DROP TABLE customers.customers`);
  }
}
