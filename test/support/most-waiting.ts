import type { WaybillDatabase } from './waybill-database.js';

/** So often the same figure is seen, one after the other, before nothing more is expected to come. */
const SAME_LOOKS = 40;
const LIMIT_MS = 10_000;

/**
 * Locks a table against everybody, has something asked that needs it, and lets go once as many wait as there will be.
 *
 * @returns how many sessions waited at a time at most
 */
export async function mostWaiting(
  { database }: WaybillDatabase,
  table: string,
  ask: () => readonly Promise<unknown>[],
): Promise<number> {
  const holder = await database.connect();
  let asked: readonly Promise<unknown>[] = [];
  let most = 0;
  const endMs = performance.now() + LIMIT_MS;
  try {
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    asked = ask();
    for (let same = 0; same < SAME_LOOKS;) {
      const { rows } = await holder.query<{ waiting: number }>(
        `SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks
         WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (performance.now() > endMs) throw new Error(`nobody waits for ${table}, or ever more of them do`);
      same = rows[0]!.waiting > most || most === 0 ? 0 : same + 1;
      most = Math.max(most, rows[0]!.waiting);
    }
  } finally {
    await holder.end();
  }
  await Promise.all(asked);
  return most;
}
