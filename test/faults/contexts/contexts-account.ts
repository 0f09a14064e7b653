import type { Pool } from 'pg';
import type { OrderFlow } from './order-flow.js';
import { killerCustomer, KILLERS } from '../../contexts/unreliable/trouble.js';

/** What became of all that was sent. */
export interface ContextsAccount {
  readonly orders: number;
  /** Orders that are in no row of orders, and those that have another version than the first. */
  readonly ordersLost: number;
  readonly ordersTwice: number;
  /** Those that `weights` has no row of. */
  readonly weightsLost: number;
  /** Those that `unreliable` has neither noted nor refused; and those that it has both noted and refused. */
  readonly unreliableLost: number;
  readonly unreliableTwice: number;
  readonly scansLost: number;
  /** Dead letters, by the context that refused. */
  readonly letters: Readonly<Record<string, number>>;
  /** Of orders that kill nobody. */
  readonly innocentLetters: number;
  /** Status events that still wait to be published. */
  readonly outbox: number;
}

interface Letter {
  readonly context: string;
  readonly uid: string | null;
  readonly customer: string | null;
}

const LETTERS = `
  SELECT context, convert_from(value, 'UTF8')::jsonb ->> 'order_uid' AS uid,
         convert_from(value, 'UTF8')::jsonb ->> 'customer_id' AS customer
  FROM dead_letters`;

const killers = new Set<string | null>(KILLERS.map(killerCustomer));

export async function accountOf(database: Pool, flow: OrderFlow): Promise<ContextsAccount> {
  const rows = async <Row extends object>(sql: string): Promise<Row[]> =>
    (await database.query<Row>(sql)).rows;
  const keys = async (sql: string): Promise<Set<string>> =>
    new Set((await rows<{ key: string }>(sql)).map(({ key }) => key));
  const versions = new Map(
    (await rows<{ uid: string; version: number }>('SELECT order_uid AS uid, version FROM orders')).map(
      ({ uid, version }) => [uid, version],
    ),
  );
  const weights = await keys('SELECT order_uid AS key FROM weights.items');
  const seen = await keys('SELECT order_uid AS key FROM unreliable.seen');
  const scans = await keys('SELECT scan_id AS key FROM parcels.scans');
  const letters = await rows<Letter>(LETTERS);
  const refused = new Set(
    letters.filter(({ context }) => context === 'unreliable').map(({ uid }) => uid ?? ''),
  );
  const [outbox] = await rows<{ count: number }>('SELECT count(*)::int AS count FROM outbox');
  const uids = [...flow.orders.keys()];
  const countOf = (list: readonly string[], isSo: (uid: string) => boolean): number =>
    list.filter(isSo).length;
  const byContext: Record<string, number> = {};
  for (const { context } of letters) byContext[context] = (byContext[context] ?? 0) + 1;
  return {
    orders: uids.length,
    ordersLost: countOf(uids, (uid) => !versions.has(uid)),
    ordersTwice: countOf(uids, (uid) => (versions.get(uid) ?? 1) !== 1),
    weightsLost: countOf(uids, (uid) => !weights.has(uid)),
    unreliableLost: countOf(uids, (uid) => !seen.has(uid) && !refused.has(uid)),
    unreliableTwice: countOf(uids, (uid) => seen.has(uid) && refused.has(uid)),
    scansLost: countOf(flow.scans, (key) => !scans.has(key)),
    letters: byContext,
    innocentLetters: letters.filter(({ customer }) => !killers.has(customer)).length,
    outbox: outbox!.count,
  };
}

/** Whether all that was sent has come to an end everywhere. */
export const isComplete = (account: ContextsAccount): boolean =>
  account.ordersLost === 0 &&
  account.weightsLost === 0 &&
  account.unreliableLost === 0 &&
  account.scansLost === 0 &&
  account.outbox === 0;
