import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger of payment events, and what it comes to for each order. The schema is there before. */
export class Payments1796385600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE payments.ledger (
        id          bigserial,
        event_id    text        NOT NULL,
        order_uid   text        NOT NULL,
        transaction text        NOT NULL,
        type        text        NOT NULL,
        amount      bigint      NOT NULL,
        currency    text        NOT NULL,
        occurred_at text        NOT NULL,
        provider    text,
        reason      text,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_ledger PRIMARY KEY (id),
        CONSTRAINT uq_ledger_event_id UNIQUE (event_id)
      )`);
    await runner.query(`COMMENT ON COLUMN payments.ledger.amount IS 'minor units of the currency'`);
    await runner.query(`COMMENT ON COLUMN payments.ledger.occurred_at IS 'RFC 3339, as it came'`);
    await runner.query(`CREATE INDEX ix_ledger_order_uid ON payments.ledger (order_uid)`);
    await runner.query(`
      CREATE FUNCTION payments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the ledger of payments is only ever added to: a correction is an event of its own';
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_ledger_append_only BEFORE UPDATE OR DELETE ON payments.ledger
      FOR EACH ROW EXECUTE FUNCTION payments.refuse_change()`);
    await runner.query(`
      CREATE TABLE payments.balances (
        order_uid       text,
        id              bigserial,
        number          integer     NOT NULL DEFAULT 0,
        order_version   integer,
        content_version integer     NOT NULL DEFAULT 0,
        order_status    text,
        amount          bigint,
        currency        text        NOT NULL DEFAULT '',
        payment_status  text        NOT NULL DEFAULT 'unpaid',
        authorized      bigint      NOT NULL DEFAULT 0,
        captured        bigint      NOT NULL DEFAULT 0,
        refunded        bigint      NOT NULL DEFAULT 0,
        charged_back    bigint      NOT NULL DEFAULT 0,
        disputed        bigint      NOT NULL DEFAULT 0,
        net             bigint      NOT NULL DEFAULT 0,
        refund_due      bigint      NOT NULL DEFAULT 0,
        void_due        bigint      NOT NULL DEFAULT 0,
        other_balances  jsonb       NOT NULL DEFAULT '[]',
        is_refund_due   boolean     NOT NULL DEFAULT false,
        is_void_due     boolean     NOT NULL DEFAULT false,
        changed_at      timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_balances PRIMARY KEY (order_uid)
      ) WITH (fillfactor = 70)`);
    for (const [column, comment] of [
      ['id', 'grows with each order that is heard of'],
      ['number', 'of the last announcement'],
      ['order_version', 'null as long as the order is not known'],
      ['amount', `the order''s; null as long as it is not known`],
      ['other_balances', `in other currencies than the order''s`],
      ['is_refund_due', 'in any currency'],
      ['is_void_due', 'in any currency'],
    ]) {
      await runner.query(`COMMENT ON COLUMN payments.balances.${column} IS '${comment}'`);
    }
    await runner.query(`CREATE UNIQUE INDEX ix_balances_id ON payments.balances (id)`);
    await runner.query(`CREATE INDEX ix_balances_payment_status ON payments.balances (payment_status, id)`);
    await runner.query(`CREATE INDEX ix_balances_refund_due ON payments.balances (id) WHERE is_refund_due`);
    await runner.query(`CREATE INDEX ix_balances_void_due ON payments.balances (id) WHERE is_void_due`);
    // By what stays the same: an update that changes what a condition names writes to all indexes of the row.
    await runner.query(`CREATE INDEX ix_balances_waiting ON payments.balances (id) WHERE amount IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE payments.balances`);
    await runner.query(`DROP TABLE payments.ledger`);
    await runner.query(`DROP FUNCTION payments.refuse_change()`);
  }
}
