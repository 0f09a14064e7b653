import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The order's four tables, and what carries events: the outbox, the dead letters, the idempotency keys. The parts of an
 * order have no foreign key to it: see docs/decisions/011-no-foreign-keys.md.
 */
export class OrderPipeline1795236000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        order_uid          text        NOT NULL,
        track_number       text        NOT NULL,
        entry              text        NOT NULL,
        locale             text        NOT NULL,
        internal_signature text        NOT NULL,
        customer_id        text        NOT NULL,
        delivery_service   text        NOT NULL,
        shardkey           text        NOT NULL,
        sm_id              bigint      NOT NULL,
        date_created       text        NOT NULL,
        oof_shard          text        NOT NULL,
        created_at         timestamptz NOT NULL,
        status             text        NOT NULL,
        version            integer     NOT NULL,
        content_hash       bytea       NOT NULL,
        totals_match       boolean     NOT NULL,
        received_at        timestamptz NOT NULL,
        updated_at         timestamptz NOT NULL,
        source             text,
        source_offset      bigint,
        source_time        timestamptz,
        CONSTRAINT pk_orders PRIMARY KEY (order_uid)
      )`);
    await runner.query(`CREATE INDEX ix_orders_received_at ON orders (received_at)`);
    await runner.query(`CREATE INDEX ix_orders_created_at ON orders (created_at)`);
    await runner.query(`CREATE INDEX ix_orders_customer_id ON orders (customer_id, received_at)`);
    await runner.query(`CREATE INDEX ix_orders_track_number ON orders (track_number)`);
    await runner.query(`
      COMMENT ON COLUMN orders.date_created IS 'the text as it came in; created_at is the same moment'`);
    await runner.query(`
      COMMENT ON COLUMN orders.source IS 'topic/partition of the newest event stored, with its offset and time'`);

    await runner.query(`
      CREATE TABLE deliveries (
        order_uid text NOT NULL,
        name      text NOT NULL,
        phone     text NOT NULL,
        zip       text NOT NULL,
        city      text NOT NULL,
        address   text NOT NULL,
        region    text NOT NULL,
        email     text NOT NULL,
        CONSTRAINT pk_deliveries PRIMARY KEY (order_uid)
      )`);
    await runner.query(`
      CREATE TABLE payments (
        order_uid     text   NOT NULL,
        transaction   text   NOT NULL,
        request_id    text   NOT NULL,
        currency      text   NOT NULL,
        provider      text   NOT NULL,
        amount        bigint NOT NULL,
        payment_dt    bigint NOT NULL,
        bank          text   NOT NULL,
        delivery_cost bigint NOT NULL,
        goods_total   bigint NOT NULL,
        custom_fee    bigint NOT NULL,
        CONSTRAINT pk_payments PRIMARY KEY (order_uid)
      )`);
    await runner.query(`
      CREATE TABLE items (
        order_uid    text     NOT NULL,
        line         smallint NOT NULL,
        chrt_id      bigint   NOT NULL,
        track_number text     NOT NULL,
        price        bigint   NOT NULL,
        rid          text     NOT NULL,
        name         text     NOT NULL,
        sale         smallint NOT NULL,
        size         text     NOT NULL,
        total_price  bigint   NOT NULL,
        nm_id        bigint   NOT NULL,
        brand        text     NOT NULL,
        status       bigint   NOT NULL,
        CONSTRAINT pk_items PRIMARY KEY (order_uid, line)
      )`);
    await runner.query(`COMMENT ON COLUMN items.line IS 'place in the order''s list of items, from 0'`);

    await runner.query(`
      CREATE TABLE outbox (
        id            bigserial  ,
        aggregatetype text        NOT NULL,
        aggregateid   text        NOT NULL,
        type          text        NOT NULL,
        topic         text        NOT NULL,
        headers       jsonb       NOT NULL,
        payload       bytea       NOT NULL,
        created_at    timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_outbox PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE dead_letters (
        id               bigserial  ,
        topic            text        NOT NULL,
        partition        integer     NOT NULL,
        "offset"         bigint      NOT NULL,
        event_time       timestamptz NOT NULL,
        key              bytea,
        value            bytea,
        headers          jsonb       NOT NULL,
        reason           text        NOT NULL,
        attempts         integer     NOT NULL,
        created_at       timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_dead_letters PRIMARY KEY (id),
        CONSTRAINT uq_dead_letters_origin UNIQUE (topic, partition, "offset", event_time)
      )`);
    await runner.query(`
      CREATE TABLE idempotency_keys (
        key          text        NOT NULL,
        fingerprint  bytea       NOT NULL,
        answer       jsonb,
        locked_until timestamptz NOT NULL,
        created_at   timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (key)
      )`);
    await runner.query(`CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE idempotency_keys, dead_letters, outbox, items, payments, deliveries, orders`,
    );
  }
}
