import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps the tables of orders under way and of disputed ones, whoever writes the orders: also the code of before, and
 * somebody by hand. A step that changes neither, as most do, calls nothing. It holds the orders for as long as it takes to write
 * a few rows of the catalog.
 */
export class WaitsOfOrders1796731210000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION order_wait(life text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN life = 'received' THEN 'confirmation'
                    WHEN life IN ('confirmed', 'packed') THEN 'shipment'
                    WHEN life = 'shipped' THEN 'delivery' END $$`);
    await runner.query(`
      CREATE FUNCTION orders_come() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO orders_under_way (order_uid, wait, since)
        SELECT order_uid, order_wait(life), received_at FROM come WHERE order_wait(life) IS NOT NULL
        ON CONFLICT (order_uid) DO UPDATE SET wait = excluded.wait, since = excluded.since;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION order_moves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF order_wait(NEW.life) IS NULL THEN
          DELETE FROM orders_under_way WHERE order_uid = NEW.order_uid;
        ELSIF order_wait(NEW.life) IS DISTINCT FROM order_wait(OLD.life) THEN
          INSERT INTO orders_under_way (order_uid, wait, since)
          VALUES (NEW.order_uid, order_wait(NEW.life), NEW.updated_at)
          ON CONFLICT (order_uid) DO UPDATE SET wait = excluded.wait, since = excluded.since;
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION order_is_disputed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.payment_status = 'disputed' THEN
          INSERT INTO orders_disputed (order_uid) VALUES (NEW.order_uid) ON CONFLICT (order_uid) DO NOTHING;
        ELSE
          DELETE FROM orders_disputed WHERE order_uid = NEW.order_uid;
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION order_goes() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM orders_under_way WHERE order_uid = OLD.order_uid;
        DELETE FROM orders_disputed WHERE order_uid = OLD.order_uid;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_orders_come AFTER INSERT ON orders REFERENCING NEW TABLE AS come
      FOR EACH STATEMENT EXECUTE FUNCTION orders_come()`);
    await runner.query(`
      CREATE TRIGGER tr_order_moves AFTER UPDATE ON orders FOR EACH ROW
      WHEN (NEW.life <> OLD.life) EXECUTE FUNCTION order_moves()`);
    await runner.query(`
      CREATE TRIGGER tr_order_is_disputed AFTER UPDATE ON orders FOR EACH ROW
      WHEN (NEW.payment_status <> OLD.payment_status AND 'disputed' IN (NEW.payment_status, OLD.payment_status))
      EXECUTE FUNCTION order_is_disputed()`);
    await runner.query(`
      CREATE TRIGGER tr_order_goes AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION order_goes()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [trigger, called] of [
      ['tr_order_goes', 'order_goes'],
      ['tr_order_is_disputed', 'order_is_disputed'],
      ['tr_order_moves', 'order_moves'],
      ['tr_orders_come', 'orders_come'],
    ]) {
      await runner.query(`DROP TRIGGER ${trigger} ON orders`);
      await runner.query(`DROP FUNCTION ${called}`);
    }
    await runner.query(`DROP FUNCTION order_wait`);
  }
}
