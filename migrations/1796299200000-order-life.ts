import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The life of orders: three states, which stand beside the `status` that the code of before writes; their history; and
 * what other contexts have announced of each order. No row is touched, so it takes the same short time however many
 * orders there are: of one that was there, `content_version` is null until its version changes, and stands for `version`.
 *
 * A replica with the code of before writes new content without a `content_version` and without history. The trigger fills
 * in both; for what our own code writes its condition does not hold.
 */
export class OrderLife1796299200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE orders
        ADD COLUMN life            text NOT NULL DEFAULT 'received',
        ADD COLUMN payment_status  text NOT NULL DEFAULT 'unpaid',
        ADD COLUMN shipment_status text NOT NULL DEFAULT 'none',
        ADD COLUMN content_version integer`);
    await runner.query(`ALTER TABLE orders ALTER COLUMN content_version SET DEFAULT 1`);
    // Each step of its life makes another version of an order's row. One that finds room beside the last leaves the indexes
    // as they are; pages that are full already get it by and by.
    await runner.query(`ALTER TABLE orders SET (fillfactor = 80)`);
    await runner.query(`
      COMMENT ON COLUMN orders.status IS 'what the code before orders had a life makes of the version; life has the status'`);
    await runner.query(`
      COMMENT ON COLUMN orders.content_version IS
        'the version at which the order got the content that it has; null stands for version'`);
    await runner.query(`
      CREATE TABLE order_history (
        order_uid text        NOT NULL,
        version   integer     NOT NULL,
        change    text        NOT NULL,
        previous  text,
        current   text,
        at        timestamptz NOT NULL,
        source    text        NOT NULL,
        reason    text,
        cause     text,
        CONSTRAINT pk_order_history PRIMARY KEY (order_uid, version)
      )`);
    await runner.query(`
      COMMENT ON COLUMN order_history.version IS
        'the first of an order is told by its own row until its content changes'`);
    await runner.query(`
      CREATE TABLE order_announcements (
        order_uid       text        NOT NULL,
        owner           text        NOT NULL,
        number          bigint      NOT NULL,
        content_version integer     NOT NULL,
        told            jsonb       NOT NULL,
        at              timestamptz NOT NULL,
        waiting         boolean     NOT NULL,
        CONSTRAINT pk_order_announcements PRIMARY KEY (order_uid, owner)
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      COMMENT ON COLUMN order_announcements.waiting IS 'it was announced before its order was there'`);
    await runner.query(`
      CREATE INDEX ix_order_announcements_waiting ON order_announcements (order_uid) WHERE waiting`);
    await runner.query(`
      CREATE FUNCTION order_content_of_old_code() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.content_version IS NULL OR OLD.content_version = 1 THEN
          INSERT INTO order_history (order_uid, version, change, current, at, source)
          VALUES (OLD.order_uid, coalesce(OLD.content_version, OLD.version), 'received', 'received',
                  CASE WHEN OLD.content_version = 1 THEN OLD.received_at ELSE OLD.updated_at END,
                  CASE WHEN OLD.source IS NULL THEN 'api' ELSE 'orders' END)
          ON CONFLICT ON CONSTRAINT pk_order_history DO NOTHING;
        END IF;
        INSERT INTO order_history (order_uid, version, change, at, source)
        VALUES (NEW.order_uid, NEW.version, 'content', NEW.updated_at,
                CASE WHEN (NEW.source, NEW.source_offset) IS NOT DISTINCT FROM (OLD.source, OLD.source_offset)
                     THEN 'api' ELSE 'orders' END);
        NEW.content_version := NEW.version;
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_order_content_of_old_code BEFORE UPDATE ON orders FOR EACH ROW
      WHEN (NEW.content_hash <> OLD.content_hash AND NEW.content_version IS NOT DISTINCT FROM OLD.content_version)
      EXECUTE FUNCTION order_content_of_old_code()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER tr_order_content_of_old_code ON orders`);
    await runner.query(`DROP FUNCTION order_content_of_old_code`);
    await runner.query(`DROP TABLE order_announcements, order_history`);
    await runner.query(`COMMENT ON COLUMN orders.status IS NULL`);
    await runner.query(`ALTER TABLE orders RESET (fillfactor)`);
    await runner.query(`
      ALTER TABLE orders
        DROP COLUMN life, DROP COLUMN payment_status, DROP COLUMN shipment_status, DROP COLUMN content_version`);
  }
}
