import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stock, what orders hold of it, and the journal. The schema is there before. */
export class Inventory1796558400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What is changed again and again has room for the next version of a row beside it, so that its indexes stay as they are.
    await runner.query(`
      CREATE TABLE inventory.stock (
        chrt_id    bigint      NOT NULL,
        nm_id      bigint      NOT NULL,
        on_hand    bigint      NOT NULL,
        reserved   bigint      NOT NULL,
        version    bigint      NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_stock PRIMARY KEY (chrt_id),
        CONSTRAINT ck_stock_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX ix_stock_nm_id ON inventory.stock (nm_id, chrt_id)`);
    await runner.query(`
      CREATE TABLE inventory.reservations (
        order_uid       text    NOT NULL,
        content_version bigint  NOT NULL,
        chrt_id         bigint  NOT NULL,
        quantity        bigint  NOT NULL,
        taken           boolean NOT NULL,
        CONSTRAINT pk_reservations PRIMARY KEY (order_uid, content_version, chrt_id),
        CONSTRAINT ck_reservations_quantity CHECK (quantity > 0)
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX ix_reservations_chrt_id ON inventory.reservations (chrt_id)`);
    await runner.query(`
      CREATE TABLE inventory.movements (
        id              bigserial,
        chrt_id         bigint      NOT NULL,
        kind            text        NOT NULL,
        on_hand_delta   bigint      NOT NULL,
        reserved_delta  bigint      NOT NULL,
        on_hand         bigint      NOT NULL,
        reserved        bigint      NOT NULL,
        order_uid       text,
        content_version bigint,
        reason          text,
        cause           text,
        at              timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_movements PRIMARY KEY (id)
      )`);
    await runner.query(`CREATE INDEX ix_movements_chrt_id ON inventory.movements (chrt_id, id)`);
    await runner.query(`
      CREATE TABLE inventory.known_orders (
        order_uid       text   NOT NULL,
        version         bigint NOT NULL,
        content_version bigint NOT NULL,
        status          text   NOT NULL,
        outcome         text,
        missing         jsonb,
        number          bigint NOT NULL,
        reserved_at     timestamptz,
        CONSTRAINT pk_known_orders PRIMARY KEY (order_uid)
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE INDEX ix_known_orders_reserved_at ON inventory.known_orders (reserved_at)
      WHERE reserved_at IS NOT NULL`);
    for (const [column, comment] of Object.entries(COMMENTS)) {
      await runner.query(`COMMENT ON COLUMN inventory.${column} IS '${comment}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['known_orders', 'movements', 'reservations', 'stock']) {
      await runner.query(`DROP TABLE inventory.${table}`);
    }
  }
}

const COMMENTS: Readonly<Record<string, string>> = {
  'stock.version': 'Grows with each change, from 1',
  'reservations.taken': 'Whether the pieces have left the house',
  'movements.on_hand': 'after it',
  'movements.reserved': 'after it',
  'movements.cause': 'id of the event',
  'known_orders.version': 'of the last event that told something new',
  'known_orders.content_version': 'that was weighed last',
  'known_orders.missing': 'chrt_ids, of the content that was weighed last; null for none',
  'known_orders.number': 'of the last announcement',
  'known_orders.reserved_at': 'null where the reservation cannot expire',
};
