import { inBoundedSteps } from './bounded-steps.js';
import type { CustomerRecords } from './customer-records.js';
import { CUSTOMER, ROW_MASK } from './slot-columns.js';

export interface IdPageOptions {
  /** Ids that come after it, bytewise; it need not be there. */
  readonly after?: string;
  /** 1 or more. */
  readonly limit: number;
  /** A part of the id. */
  readonly filter?: string;
}

export interface IdPage {
  readonly ids: string[];
  /** What to go on after; absent where nothing follows. */
  readonly next?: string;
}

const SLOTS_A_STEP = 64;
/** One call looks at no more customers, however few of them have the filter's text. */
const MOST_LOOKED_AT = 100_000;

/** @param recordsNow asked again after each pause, in which they may have become others */
export async function readIdPage(
  recordsNow: () => CustomerRecords,
  { after, limit, filter }: IdPageOptions,
): Promise<IdPage> {
  const ids: string[] = [];
  let key: Buffer | undefined = after === undefined ? undefined : Buffer.from(after);
  let next: string | undefined;
  let lookedAt = 0;
  await inBoundedSteps('request', () => {
    const { columns, slabs, sorted } = recordsNow();
    const slots = sorted.after(key, SLOTS_A_STEP);
    for (const slot of slots) {
      const chunk = columns.chunk(slot);
      const row = slot & ROW_MASK;
      key = slabs.keyBytes(chunk.address[row]!);
      // A cursor is always a customer's id: a tombstone's key may be no UTF-8.
      if (chunk.state[row] !== CUSTOMER) continue;
      const id = slabs.key(chunk.address[row]!);
      if (filter === undefined || id.includes(filter)) ids.push(id);
      if (ids.length < limit && ++lookedAt < MOST_LOOKED_AT) continue;
      if (sorted.after(key, 1).length > 0) next = id;
      return false;
    }
    key = key && Buffer.from(key);
    return slots.length > 0;
  });
  return next === undefined ? { ids } : { ids, next };
}
