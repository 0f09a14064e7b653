import type { Database } from '../../platform/database/database.js';
import { EX_INTERRUPTED, type Terminal } from '../../platform/terminal.js';
import { type RangeEnd, VerificationRepository } from '../repository/verification.repository.js';

const KEYS_AT_A_TIME = 5_000;
const EX_DIFFERS = 1;

/** How a table of keys is walked, and what is wrong with a range of them. */
interface Walk<Key> {
  readonly first: Key;
  readonly endOf: (after: Key, limit: number) => Promise<RangeEnd<Key>>;
  readonly faultsOf: (after: Key, last: Key | undefined) => Promise<string[]>;
}

/**
 * `waybill inventory verify`: recomputes every figure from the journal, and prints a line for each that differs. Nothing is
 * changed or locked, and the program may run meanwhile.
 *
 * @returns 0 where all adds up, 1 where something differs
 */
export async function verifyStock(database: Database, terminal: Terminal): Promise<number> {
  const repository = new VerificationRepository(database);
  const things = await walk(terminal, {
    first: -1,
    endOf: (after, limit) => repository.endOfThings(after, limit),
    faultsOf: (after, last) => repository.faultsOfThings(after, last),
  });
  const orders = await walk(terminal, {
    first: '',
    endOf: (after, limit) => repository.endOfOrders(after, limit),
    faultsOf: (after, last) => repository.faultsOfOrders(after, last),
  });
  if (terminal.signal.aborted) return EX_INTERRUPTED;
  const faults = things.faults + orders.faults;
  const verdict =
    faults === 0 ? 'all adds up' : `${faults} ${faults === 1 ? 'thing differs' : 'things differ'}`;
  terminal.out(`${things.keys} chrt_ids and ${orders.keys} orders: ${verdict}\n`);
  return faults === 0 ? 0 : EX_DIFFERS;
}

async function walk<Key>(
  terminal: Terminal,
  { first, endOf, faultsOf }: Walk<Key>,
): Promise<{ readonly keys: number; readonly faults: number }> {
  let keys = 0;
  let faults = 0;
  for (let after: Key | undefined = first; after !== undefined && !terminal.signal.aborted;) {
    const { last, count }: RangeEnd<Key> = await endOf(after, KEYS_AT_A_TIME);
    for (const fault of await faultsOf(after, last)) {
      faults++;
      terminal.out(`${fault}\n`);
    }
    keys += count;
    after = last;
  }
  return { keys, faults };
}
