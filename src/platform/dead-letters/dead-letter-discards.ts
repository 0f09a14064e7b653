import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import { CHUNK_END, HOLD_CHUNK, inChunks, type LongWork } from './in-chunks.js';

const DISCARD_ONE = `
  WITH discarded AS (DELETE FROM dead_letters WHERE id = $1 RETURNING id)
  SELECT count(*)::int AS count FROM discarded`;

const DISCARD_CHUNK = `
  ${HOLD_CHUNK},
  discarded AS (DELETE FROM dead_letters WHERE id IN (SELECT id FROM held) RETURNING id)
  SELECT ${CHUNK_END}, (SELECT count(*) FROM discarded)::int AS count`;

/** Deletes letters and their history. What of them stands in the dead-letter topic stays there. */
@Injectable()
export class DeadLetterDiscards {
  constructor(private readonly database: Database) {}

  /** @returns false where there is no letter of this id */
  async one(id: number): Promise<boolean> {
    const [row]: { count: number }[] = await this.database.source.query(DISCARD_ONE, [id]);
    return row!.count > 0;
  }

  /** @returns how many were deleted */
  matching(filter: DeadLetterFilter, work?: LongWork): Promise<number> {
    return inChunks(this.database, filter, DISCARD_CHUNK, work);
  }
}
