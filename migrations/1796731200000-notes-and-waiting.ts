import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notes of support; what orders under way wait for, and which are disputed, each in a narrow table beside them; and how far the
 * orders of before have been looked through for that. Tables that are in use are not touched, so nobody waits for it.
 */
export class NotesAndWaiting1796731200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders_notes (
        order_uid  text        NOT NULL,
        number     integer     NOT NULL,
        text       text        NOT NULL,
        author     text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_orders_notes PRIMARY KEY (order_uid, number)
      )`);
    // Beside the orders, since an index of theirs on their life would have each step of it written into all the others.
    await runner.query(`
      CREATE TABLE orders_under_way (
        order_uid text        NOT NULL,
        wait      text        NOT NULL,
        since     timestamptz NOT NULL,
        CONSTRAINT pk_orders_under_way PRIMARY KEY (order_uid)
      )`);
    await runner.query(`COMMENT ON COLUMN orders_under_way.wait IS 'for what its life has next'`);
    await runner.query(`CREATE INDEX ix_orders_under_way_since ON orders_under_way (wait, since)`);
    await runner.query(`
      CREATE TABLE orders_disputed (
        order_uid text NOT NULL,
        CONSTRAINT pk_orders_disputed PRIMARY KEY (order_uid)
      )`);
    await runner.query(`
      CREATE TABLE order_waits_fill (
        id                  integer     NOT NULL,
        rounds              integer     NOT NULL,
        begins_at           timestamptz NOT NULL,
        before_received_at  timestamptz NOT NULL,
        before_order_uid    text        NOT NULL,
        CONSTRAINT pk_order_waits_fill PRIMARY KEY (id)
      )`);
    await runner.query(`
      COMMENT ON COLUMN order_waits_fill.rounds IS 'times that all orders have yet to be looked through'`);
    await runner.query(`
      COMMENT ON COLUMN order_waits_fill.before_received_at IS 'orders of this time and later have been looked at'`);
    await runner.query(`INSERT INTO order_waits_fill VALUES (1, 2, now(), 'infinity', '')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE order_waits_fill, orders_disputed, orders_under_way, orders_notes`);
  }
}
