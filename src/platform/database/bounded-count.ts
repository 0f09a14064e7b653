import type { Database, Transaction } from './database.js';

/** How many there are of a kind, as far as it is worth counting. */
export interface BoundedCount {
  readonly count: number;
  /** Whether there are no more. */
  readonly exact: boolean;
}

/** Nobody looks at more of them one by one. */
export const MAX_COUNTED = 10_000;

/** SQLSTATE: PostgreSQL has ended the statement, here because its time was up. */
const QUERY_CANCELED = '57014';

/** @param counted up to one more than {@link MAX_COUNTED} */
export const boundedCount = (counted: number): BoundedCount =>
  counted > MAX_COUNTED ? { count: MAX_COUNTED, exact: false } : { count: counted, exact: true };

/**
 * Counts what no index may find, while it is cheap: what cannot be counted in time is 0 or more, and not exact.
 *
 * @param count counts up to one more than {@link MAX_COUNTED}
 */
export async function countWithin(
  database: Database,
  limitMs: number,
  count: (tx: Transaction) => Promise<number>,
): Promise<BoundedCount> {
  try {
    return await database.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = ${limitMs}`);
      return boundedCount(await count(tx));
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
    return { count: 0, exact: false };
  }
}
