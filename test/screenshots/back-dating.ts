import { runInEmbedded } from '../support/embedded-database.js';

/** Something that the program was told of an order, and when that would have been in a shop. */
export interface Told {
  readonly orderUid: string;
  readonly toldAt: Date;
  readonly happenedAt: Date;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LETTER_STEP_MINUTES = 97;
const FIRST_STOCK_DAYS = 9;

/** Columns that the program fills by its own clock, in tables of which each row is about an order. */
const TIMES: readonly (readonly [table: string, column: string])[] = [
  ['orders', 'received_at'],
  ['orders', 'updated_at'],
  ['order_history', 'at'],
  ['order_search', 'received_at'],
  ['orders_under_way', 'since'],
  ['orders_notes', 'created_at'],
  ['payments.balances', 'changed_at'],
  ['inventory.movements', 'at'],
];

/** @param column when it was refused */
const olderBy = (column: string): string =>
  `${column} = ${column} - age, event_time = event_time - age,
   event_timestamp = event_timestamp - (extract(epoch FROM age) * 1000)::bigint`;

/**
 * Gives what was stored within a minute the times that it would have in a shop: those at which the things happened that it was
 * stored because of. None of them is later than now.
 */
export async function backDate(dataDir: string, told: readonly Told[]): Promise<void> {
  const rows = told.map(
    ({ orderUid, toldAt, happenedAt }) =>
      `('${orderUid}', '${toldAt.toISOString()}'::timestamptz, '${happenedAt.toISOString()}'::timestamptz)`,
  );
  const stockedAt = new Date(Date.now() - FIRST_STOCK_DAYS * DAY_MS).toISOString();
  // The newest letter is as old as a step, and each other one a step older than the next.
  const letterAge = `((SELECT max(id) FROM dead_letters) - id + 1) * interval '${LETTER_STEP_MINUTES} minutes'`;
  await runInEmbedded(
    dataDir,
    'CREATE TEMP TABLE told (order_uid text, told_at timestamptz, happened_at timestamptz)',
    `INSERT INTO told VALUES ${rows.join()}`,
    `CREATE FUNCTION pg_temp.shop_time(uid text, stored_at timestamptz) RETURNS timestamptz LANGUAGE sql AS $$
       SELECT least(happened_at + (stored_at - told_at), now()) FROM told
       WHERE order_uid = uid AND told_at <= stored_at ORDER BY told_at DESC LIMIT 1 $$`,
    ...TIMES.map(
      ([table, column]) =>
        `UPDATE ${table} SET ${column} = pg_temp.shop_time(order_uid, ${column})
         WHERE pg_temp.shop_time(order_uid, ${column}) IS NOT NULL`,
    ),
    `UPDATE inventory.movements SET at = '${stockedAt}' WHERE order_uid IS NULL`,
    `CREATE TEMP TABLE ages AS SELECT id, ${letterAge} AS age FROM dead_letters`,
    `UPDATE dead_letter_attempts SET ${olderBy('failed_at')} FROM ages WHERE ages.id = letter_id`,
    `UPDATE dead_letters l SET ${olderBy('created_at')} FROM ages WHERE ages.id = l.id`,
  );
}
