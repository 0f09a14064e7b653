import { someIds } from '../../../src/customers/load-test/customer-ids.js';
import { KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import { pathOf } from './customer-readers.js';
import type { ReplicaRun } from './customer-replica.js';
import type { CustomersStage } from './customers-stage.js';
import type { Promises } from './promises.js';

const CHECKED_AT_ONCE = 32;
const KEPT_IDS = 3;

/**
 * Asks a replica for each customer that ever was, and for the list of all, once it has caught up and while nothing is written:
 * each answer has to be the present state.
 *
 * @param others ids that nobody has, or has any longer
 */
export async function checkAll(
  stage: CustomersStage,
  run: ReplicaRun,
  promises: Promises,
  what: string,
  others: readonly string[] = [],
): Promise<void> {
  await stage.caughtUp(run);
  const ids = [...stage.book.all(), ...others];
  const row = promises.row(what);
  const knownUntilMs = performance.now();
  let next = 0;
  const askOn = async (): Promise<void> => {
    const connection = await KeptGets.open(run.url);
    while (next < ids.length) {
      const accountId = ids[next++]!;
      const sentAtMs = performance.now();
      const answer = await connection.get(pathOf(accountId));
      promises.judge(row, accountId, answer, sentAtMs, { knownUntilMs, isReady: true });
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CHECKED_AT_ONCE }, askOn));
  await checkList(stage, run, promises, what);
}

async function checkList(
  { book }: CustomersStage,
  { url }: ReplicaRun,
  promises: Promises,
  what: string,
): Promise<void> {
  const listed = await someIds(`${url}/api/users`, Infinity);
  const expected = book.present().map((id) => Buffer.from(id));
  const sorted = expected.sort((one, other) => one.compare(other)).map(String);
  promises.holds(
    `${what}, the list`,
    listed.length === sorted.length && listed.every((id, index) => id === sorted[index]),
    `${listed.length} ids, not ${sorted.length}; ${differences(listed, sorted)}`,
  );
}

function differences(listed: readonly string[], expected: readonly string[]): string {
  const without = (some: readonly string[], others: readonly string[]): string => {
    const set = new Set(others);
    return some
      .filter((id) => !set.has(id))
      .slice(0, KEPT_IDS)
      .join(' ');
  };
  return `missing ${without(expected, listed) || 'none'}, too many ${without(listed, expected) || 'none'}`;
}
