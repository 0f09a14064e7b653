import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notes of support, disputed orders, and what orders wait for: since when for the next step of their life, and until when
 * their parcels were promised. No row of orders is touched. One that was there has no `waits_since` until it moves, and is
 * taken to wait since it was received.
 *
 * A replica with the code of before moves orders without it, so such an order seems to wait since the step before; and it
 * leaves `promised_at` as it was, so who reads it looks whether any parcel is expected still.
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
    // In two steps: the default is for new rows alone.
    await runner.query(`ALTER TABLE orders ADD COLUMN waits_since timestamptz`);
    await runner.query(`ALTER TABLE orders ALTER COLUMN waits_since SET DEFAULT now()`);
    await runner.query(`
      COMMENT ON COLUMN orders.waits_since IS
        'since when it waits for what its life has next; null stands for received_at'`);
    // Orders whose life is over leave it, so it stays as small as there are orders under way.
    await runner.query(`
      CREATE INDEX ix_orders_waiting ON orders (life, (coalesce(waits_since, received_at)))
      WHERE life IN ('received', 'confirmed', 'packed', 'shipped')`);
    // The few of all orders that are looked for every day: without it a list of them reads the whole table.
    await runner.query(`
      CREATE INDEX ix_orders_disputed ON orders (received_at) WHERE payment_status = 'disputed'`);
    await runner.query(`ALTER TABLE order_announcements ADD COLUMN promised_at timestamptz`);
    await runner.query(`
      COMMENT ON COLUMN order_announcements.promised_at IS
        'when the first of the parcels that are under way is expected; null where none is'`);
    // The texts are of any carrier, and of those that PostgreSQL could not read none may keep the migration from its end.
    await runner.query(`
      UPDATE order_announcements a
      SET promised_at = (
        SELECT min((parcel->>'estimated_at')::timestamptz)
        FROM jsonb_array_elements(a.told->'parcels') AS parcel
        WHERE parcel->>'estimated_at' ~* '^[1-9]\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,38})?(Z|[+-](0\\d|1[0-5]):[0-5]\\d)$')
      WHERE a.owner = 'tracking'
        AND jsonb_path_exists(a.told, '$.parcels[*].estimated_at ? (@ != null)')`);
    await runner.query(`
      CREATE INDEX ix_order_announcements_promised ON order_announcements (promised_at)
      WHERE promised_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX ix_order_announcements_promised`);
    await runner.query(`ALTER TABLE order_announcements DROP COLUMN promised_at`);
    await runner.query(`DROP INDEX ix_orders_disputed`);
    await runner.query(`DROP INDEX ix_orders_waiting`);
    await runner.query(`ALTER TABLE orders DROP COLUMN waits_since`);
    await runner.query(`DROP TABLE orders_notes`);
  }
}
