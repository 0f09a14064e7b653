import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What orders are searched by: a narrow row an order, with an index for each thing that people know of it. The rows of orders
 * that are there already are written by the program, beside its work; no row is touched here, so it takes the same short
 * time however many orders there are. See docs/decisions/035-search.md.
 */
export class OrderSearch1796644800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE order_search (
        order_uid       text COLLATE "C" NOT NULL,
        small_uid       text COLLATE "C",
        track_number    text COLLATE "C",
        track_2         text COLLATE "C",
        track_3         text COLLATE "C",
        track_4         text COLLATE "C",
        track_5         text COLLATE "C",
        track_6         text COLLATE "C",
        customer_id     text COLLATE "C",
        email           text COLLATE "C",
        phone           text COLLATE "C",
        name_1          text COLLATE "C",
        name_2          text COLLATE "C",
        name_3          text COLLATE "C",
        name_4          text COLLATE "C",
        received_at     timestamptz      NOT NULL,
        content_version integer          NOT NULL,
        CONSTRAINT pk_order_search PRIMARY KEY (order_uid)
      )`);
    await runner.query(
      `COMMENT ON COLUMN order_search.small_uid IS 'the id in small letters, where it has others'`,
    );
    await runner.query(
      `COMMENT ON COLUMN order_search.track_2 IS 'the first track number of its items that is not its own'`,
    );
    await runner.query(`COMMENT ON COLUMN order_search.phone IS 'the digits, from the last to the first'`);
    await runner.query(
      `COMMENT ON COLUMN order_search.name_1 IS 'all words, from one of the longest on; name_2 from the next'`,
    );
    await runner.query(
      `COMMENT ON COLUMN order_search.content_version IS 'the version whose content the terms are of'`,
    );
    const indexed = [
      'small_uid',
      'track_number',
      'track_2',
      'track_3',
      'track_4',
      'track_5',
      'track_6',
      'customer_id',
      'email',
      'phone',
      'name_1',
      'name_2',
      'name_3',
      'name_4',
    ];
    for (const name of indexed) {
      await runner.query(`
        CREATE INDEX ix_order_search_${name} ON order_search (${name}, received_at) WHERE ${name} IS NOT NULL`);
    }
    await runner.query(`
      CREATE TABLE order_search_fill (
        id                  integer     NOT NULL,
        rounds              integer     NOT NULL,
        begins_at           timestamptz NOT NULL,
        before_received_at  timestamptz NOT NULL,
        before_order_uid    text        NOT NULL,
        next_look_at        timestamptz NOT NULL,
        complete_before     timestamptz NOT NULL,
        CONSTRAINT pk_order_search_fill PRIMARY KEY (id)
      )`);
    await runner.query(`
      COMMENT ON COLUMN order_search_fill.rounds IS 'times that all orders have yet to be looked through'`);
    await runner.query(`
      COMMENT ON COLUMN order_search_fill.before_received_at IS 'orders of this time and later have been looked at'`);
    await runner.query(`
      COMMENT ON COLUMN order_search_fill.next_look_at IS 'when the newest orders are looked at again, beside the rounds'`);
    await runner.query(`
      COMMENT ON COLUMN order_search_fill.complete_before IS 'no order received before it is looked at by then'`);
    await runner.query(`INSERT INTO order_search_fill VALUES (1, 2, now(), 'infinity', '', now(), now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE order_search_fill, order_search`);
  }
}
