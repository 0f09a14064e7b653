import { Injectable } from '@nestjs/common';
import { BatchTable, BIGINT, column, TEXT } from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import { asRfc3339 } from '../../platform/database/rfc3339-text.js';
import type { LedgerEntry, PaymentEvent } from '../model/payment-event.js';

const LEDGER = new BatchTable<PaymentEvent>('payments.ledger', [
  column('event_id', TEXT, (event) => event.event_id),
  column('order_uid', TEXT, (event) => event.order_uid),
  column('transaction', TEXT, (event) => event.transaction),
  column('type', TEXT, (event) => event.type),
  column('amount', BIGINT, (event) => event.amount),
  column('currency', TEXT, (event) => event.currency),
  column('occurred_at', TEXT, (event) => event.occurred_at),
  column('provider', TEXT, (event) => event.provider),
  column('reason', TEXT, (event) => event.reason),
]);
const COLUMNS = LEDGER.columnNames.join(', ');

/** Of different ids; the order of the rows is that of the events. */
const APPEND = prepared(`
  INSERT INTO payments.ledger (${COLUMNS}) SELECT ${COLUMNS} FROM ${LEDGER.unnested('e')} ORDER BY e.place
  ON CONFLICT ON CONSTRAINT uq_ledger_event_id DO NOTHING
  RETURNING event_id`);

const FIELDS = `${COLUMNS}, ${asRfc3339('recorded_at')} AS recorded_at`;
const BY_EVENT_IDS = prepared(`SELECT ${FIELDS} FROM payments.ledger WHERE event_id = ANY ($1::text[])`);
const OF_ORDERS = prepared(
  `SELECT ${FIELDS} FROM payments.ledger WHERE order_uid = ANY ($1::text[]) ORDER BY id`,
);

type ReadRow = { [Field in keyof LedgerEntry]-?: LedgerEntry[Field] | null };

/** Payment events, each once, and never changed. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /**
   * Adds events, each with an id of its own, as far as their ids are not there yet.
   *
   * @returns the ids of those that were added
   */
  async append(tx: Transaction, events: readonly PaymentEvent[]): Promise<Set<string>> {
    if (events.length === 0) return new Set();
    const rows: { event_id: string }[] = await tx.query(APPEND, LEDGER.arraysOf(events));
    return new Set(rows.map(({ event_id }) => event_id));
  }

  /** Those that are there, by their ids. */
  async byEventIds(tx: Transaction, eventIds: readonly string[]): Promise<Map<string, LedgerEntry>> {
    if (eventIds.length === 0) return new Map();
    const rows: ReadRow[] = await tx.query(BY_EVENT_IDS, [eventIds]);
    return new Map(rows.map((row) => [row.event_id!, entryOf(row)]));
  }

  /** The ledgers of orders, each in the order of arrival, by order_uid; none of an order that has none. */
  async ofOrders(
    orderUids: readonly string[],
    within: Pick<Transaction, 'query'> = this.database.source,
  ): Promise<Map<string, LedgerEntry[]>> {
    const ledgers = new Map<string, LedgerEntry[]>();
    if (orderUids.length === 0) return ledgers;
    const rows: ReadRow[] = await within.query(OF_ORDERS, [orderUids]);
    for (const entry of rows.map(entryOf)) {
      const ledger = ledgers.get(entry.order_uid);
      if (ledger === undefined) ledgers.set(entry.order_uid, [entry]);
      else ledger.push(entry);
    }
    return ledgers;
  }
}

const entryOf = ({ provider, reason, ...fields }: ReadRow): LedgerEntry => ({
  ...(fields as LedgerEntry),
  ...(provider !== null && { provider }),
  ...(reason !== null && { reason }),
});
