import { seededRandom } from '../../platform/seeded-random.js';
import type { CustomerRecord } from './customer-sender.js';

export interface MadeUpOptions {
  /** Records, deletes among them. */
  readonly count: number;
  /** From 0 to 1. */
  readonly deleteShare: number;
  /** The same customers again; their times differ. */
  readonly seed: number;
  readonly nowMs: number;
}

const FIRST_NAMES = ['Ada', 'Björn', 'Chloé', 'Đorđe', 'Elif', 'Farid', 'Grace', 'Hana', 'Íris', 'Jürgen'];
const LAST_NAMES = ['Lovelace', 'Åkesson', 'Dupont', 'Horvat', 'Yılmaz', 'Rahimi', 'Hopper', 'Nováková'];
const STREETS = ['Analytical Row', 'Rue de la Paix', 'Lange Straße', 'Via Roma', 'Nygatan', 'Trg slobode'];
const TOWNS = ['Leeds', 'Lyon', 'Köln', 'Torino', 'Malmö', 'Novi Sad'];
const ID_DIGITS = 7;
const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Customers, and deletes of ones that stand before them, each deleted once. An id has the seed in it, so that runs of two seeds
 * have no customer in common.
 */
export function* madeUpRecords({
  count,
  deleteShare,
  seed,
  nowMs,
}: MadeUpOptions): Generator<CustomerRecord> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const ids: string[] = [];
  for (let number = 0; number < count; number++) {
    const isDelete = random() < deleteShare;
    if (isDelete && ids.length > 0) {
      const at = Math.floor(random() * ids.length);
      const accountId = ids[at]!;
      ids[at] = ids.at(-1)!;
      ids.pop();
      yield { accountId };
      continue;
    }
    const accountId = `acc-${seed.toString(36)}-${String(number).padStart(ID_DIGITS, '0')}`;
    const createdAtMs = nowMs - Math.floor(random() * YEAR_MS);
    ids.push(accountId);
    yield {
      accountId,
      customer: {
        accountId,
        name: `${pick(FIRST_NAMES)} ${pick(LAST_NAMES)}`,
        address: `${pick(STREETS)} ${1 + Math.floor(random() * 200)}, ${pick(TOWNS)}`,
        phone: `+44 20 7946 ${String(Math.floor(random() * 10_000)).padStart(4, '0')}`,
        createdAt: BigInt(createdAtMs),
        updatedAt: BigInt(createdAtMs + Math.floor(random() * (nowMs - createdAtMs))),
      },
    };
  }
}
