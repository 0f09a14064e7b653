import type { WaybillDatabase } from './waybill-database.js';

/** So many looks after as many wait as should, before it is believed that no more will. */
const FURTHER_LOOKS = 60;
const LIMIT_MS = 20_000;

/**
 * Locks a table against everybody, has something asked that needs it, and lets go once as many sessions wait as should and
 * no more have come.
 *
 * @param expected how many should wait at a time; it is waited for
 * @returns how many waited at a time at most
 */
export async function mostWaiting(
  { database }: WaybillDatabase,
  { table, expected, ask }: { table: string; expected: number; ask: () => readonly Promise<unknown>[] },
): Promise<number> {
  const holder = await database.connect();
  let asked: readonly Promise<unknown>[];
  let most = 0;
  const endMs = performance.now() + LIMIT_MS;
  try {
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    asked = ask();
    for (let further = 0; further < FURTHER_LOOKS;) {
      const { rows } = await holder.query<{ waiting: number }>(
        `SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
         WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      most = Math.max(most, rows[0]!.waiting);
      if (most >= expected) further++;
      else if (performance.now() > endMs) throw new Error(`only ${most} wait for ${table}`);
    }
  } finally {
    await holder.end();
  }
  await Promise.all(asked);
  return most;
}
