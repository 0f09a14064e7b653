import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What there is least of comes first. Additive: the program of before does not know of it. */
export class StockByAvailable1796904000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX ix_stock_available ON inventory.stock ((on_hand - reserved), chrt_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX inventory.ix_stock_available`);
  }
}
