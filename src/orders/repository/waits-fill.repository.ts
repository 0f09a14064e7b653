import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Parcel } from '../model/announcement.js';
import { promisedAtMs } from '../model/waiting.js';
import { OrderWalk } from './order-walk.js';
import {
  FILL_DISPUTED,
  FILL_UNDER_WAY,
  FIND_UNKNOWN,
  HOLD,
  READ_PARCELS,
  WAITS_WALK,
  WRITE_PROMISES,
} from './waits-fill.sql.js';

interface ParcelsRow {
  readonly orderUid: string;
  readonly parcels: readonly Parcel[];
  readonly promisedAtMs: number | null;
}

interface Uid {
  readonly orderUid: string;
}

/** Finds out what orders of before wait for, which of them are disputed, and until when their parcels were promised. */
@Injectable()
export class WaitsFillRepository extends OrderWalk {
  constructor(database: Database) {
    super(database, WAITS_WALK);
  }

  /** Orders that lack nothing, as most do, are not locked, since that would be written for each of them. */
  protected override async fill(tx: Transaction, orderUids: readonly string[]): Promise<number> {
    const unknown: Uid[] = await tx.query(FIND_UNKNOWN, [orderUids]);
    const wrong = await wrongPromises(tx, orderUids);
    const lacking = [...new Set([...unknown, ...wrong].map(({ orderUid }) => orderUid))];
    if (lacking.length === 0) return 0;
    await tx.query(HOLD, [lacking]);
    await tx.query(FILL_UNDER_WAY, [lacking]);
    await tx.query(FILL_DISPUTED, [lacking]);
    // Read again, since nothing is announced of them from now on.
    const promises = await wrongPromises(tx, lacking);
    await tx.query(WRITE_PROMISES, [
      promises.map(({ orderUid }) => orderUid),
      promises.map(({ expectedMs }) => expectedMs),
    ]);
    return lacking.length;
  }
}

async function wrongPromises(
  tx: Transaction,
  orderUids: readonly string[],
): Promise<{ orderUid: string; expectedMs: number | null }[]> {
  const rows: ParcelsRow[] = await tx.query(READ_PARCELS, [orderUids]);
  return rows.flatMap(({ orderUid, parcels, promisedAtMs: noted }) => {
    const expectedMs = promisedAtMs(parcels) ?? null;
    return expectedMs === noted ? [] : [{ orderUid, expectedMs }];
  });
}
