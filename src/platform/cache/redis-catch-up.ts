import type { RedisClient } from './redis-client.js';
import { TimeBudget } from './time-budget.js';

const CATCH_UP_BUDGET_MS = 1_000;
const PAGE_KEYS = 1_000;

/** For each step that brings Redis up to date before it is used: nobody waits for it, but it must not hang for ever. */
export const catchUpBudget = new TimeBudget(CATCH_UP_BUDGET_MS);

/**
 * Deletes all keys that begin with a prefix. One that is set meanwhile may stay.
 *
 * @param isMeant where others have keys with that prefix too
 * @throws BudgetSpentError, and what Redis replies
 */
export async function unlinkAll(
  client: RedisClient,
  keyPrefix: string,
  isMeant: (key: string) => boolean = () => true,
): Promise<void> {
  const match = `${keyPrefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
  let cursor = '0';
  do {
    const page = await catchUpBudget.spend(client.scan(cursor, { MATCH: match, COUNT: PAGE_KEYS }));
    const keys = page.keys.filter((key) => isMeant(key.toString()));
    if (keys.length > 0) await catchUpBudget.spend(client.unlink(keys));
    cursor = String(page.cursor);
  } while (cursor !== '0');
}
