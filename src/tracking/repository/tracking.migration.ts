import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events of carriers, the parcels that they are of, and the orders that parcels belong to. The schema is there before. Keys
 * are sorted by their bytes: rows are locked in that order, which must not change with the database's locale.
 */
export class Tracking1796472000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tracking.events (
        event_id     text COLLATE "C" NOT NULL,
        track_number text COLLATE "C" NOT NULL,
        moment       text COLLATE "C" NOT NULL,
        rank         smallint         NOT NULL,
        type         text             NOT NULL,
        occurred_at  text             NOT NULL,
        location     text,
        carrier      text,
        note         text,
        estimated_at text,
        fingerprint  bytea            NOT NULL,
        received_at  timestamptz      NOT NULL DEFAULT now(),
        CONSTRAINT pk_events PRIMARY KEY (event_id)
      )`);
    await runner.query(`
      COMMENT ON COLUMN tracking.events.moment IS 'occurred_at in UTC, as a text that sorts as moments do'`);
    await runner.query(`
      CREATE INDEX ix_events_track_number ON tracking.events (track_number, moment, rank, event_id)`);
    await runner.query(`
      CREATE TABLE tracking.parcels (
        track_number text COLLATE "C" NOT NULL,
        marks        jsonb,
        CONSTRAINT pk_parcels PRIMARY KEY (track_number)
      ) WITH (fillfactor = 60)`);
    await runner.query(`COMMENT ON COLUMN tracking.parcels.marks IS 'null where no event of it has come'`);
    await runner.query(`
      CREATE TABLE tracking.orders (
        order_uid       text COLLATE "C" NOT NULL,
        content_version bigint           NOT NULL,
        parcels         integer          NOT NULL,
        number          bigint           NOT NULL DEFAULT 0,
        digest          bytea,
        CONSTRAINT pk_orders PRIMARY KEY (order_uid)
      ) WITH (fillfactor = 70)`);
    await runner.query(`COMMENT ON COLUMN tracking.orders.number IS 'of its last announcement; 0: none yet'`);
    await runner.query(`COMMENT ON COLUMN tracking.orders.digest IS 'of what was announced last'`);
    await runner.query(`
      CREATE TABLE tracking.order_parcels (
        track_number text COLLATE "C" NOT NULL,
        order_uid    text COLLATE "C" NOT NULL,
        position     integer          NOT NULL,
        CONSTRAINT pk_order_parcels PRIMARY KEY (track_number, order_uid)
      )`);
    await runner.query(`CREATE INDEX ix_order_parcels_order_uid ON tracking.order_parcels (order_uid)`);
    await runner.query(`
      CREATE TABLE tracking.fan_outs (
        track_number text COLLATE "C" NOT NULL,
        cause        text             NOT NULL,
        after        text COLLATE "C" NOT NULL DEFAULT '',
        until        text COLLATE "C" NOT NULL DEFAULT '',
        has_wrapped  boolean          NOT NULL DEFAULT false,
        stepped_at   timestamptz      NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT pk_fan_outs PRIMARY KEY (track_number)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['fan_outs', 'order_parcels', 'orders', 'parcels', 'events'])
      await runner.query(`DROP TABLE tracking.${table}`);
  }
}
