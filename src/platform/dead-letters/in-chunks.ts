import type { Database, Transaction } from '../database/database.js';
import { type DeadLetterFilter, filterParameters, MATCHES_FILTER } from './dead-letter-filter.js';
import type { SeenLetters } from './seen-letters.js';

/** Few enough that a chunk is done in moments, and that what waits for its rows does not wait long. */
const CHUNK_LETTERS = 500;
/** A chunk that holds this much is closed: a letter can have 1 MiB. */
const CHUNK_BYTES = 8 * 1_048_576;

const IS_AS_SEEN = `
      ($9::bigint IS NULL OR NOT EXISTS (
        SELECT FROM dead_letter_attempts a
        WHERE a.letter_id = dead_letters.id
          AND a.failed_at >= timestamptz '1970-01-01 00:00:00+00' + $9 * interval '1 microsecond'))`;

/**
 * The letters of one chunk, locked, as `held`: the oldest that match a filter ($1 to $6) above the last chunk's end ($7)
 * and up to the highest id that is meant ($8), without those that have failed since they were counted ($9). They are locked
 * in the order of their ids, so that two who work on the same letters wait for each other; one that was discarded or replayed
 * meanwhile is not among them.
 */
export const HOLD_CHUNK = `
  WITH first AS (
    SELECT id, coalesce(octet_length(value), 0) AS bytes
    FROM dead_letters
    WHERE id > $7 AND id <= $8 AND ${MATCHES_FILTER} AND ${IS_AS_SEEN}
    ORDER BY id
    LIMIT ${CHUNK_LETTERS}
  ),
  chunk AS (
    SELECT id FROM (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before FROM first) AS sums
    WHERE bytes_before < ${CHUNK_BYTES}
  ),
  held AS (
    SELECT id FROM dead_letters
    WHERE id IN (SELECT id FROM chunk) AND ${MATCHES_FILTER} AND ${IS_AS_SEEN}
    ORDER BY id
    FOR UPDATE
  )`;

/** Where a chunk ended, and nothing where there was none left. */
export const CHUNK_END = `(SELECT max(id) FROM chunk) AS end_id`;

interface ChunkRow {
  end_id: number | null;
  count: number;
}

export interface LongWork {
  /** Hears after each chunk of how many letters are done so far. */
  readonly onProgress?: (done: number) => void;
  /** Ends the work after the chunk that is under way. */
  readonly signal?: AbortSignal;
  /** Only those that were there when they were counted, and have not failed again since. */
  readonly seen?: SeenLetters | undefined;
}

/**
 * Does something to all letters that match, a chunk a transaction, so that millions need neither memory nor a long
 * lock. What comes in meanwhile is left alone: a replay that fails at once would otherwise be replayed without an end.
 *
 * @param statement begins with {@link HOLD_CHUNK}, and returns {@link CHUNK_END} and a `count`
 * @returns how many letters it was done to
 */
export async function inChunks(
  database: Database,
  filter: DeadLetterFilter,
  statement: string,
  { onProgress, signal, seen }: LongWork = {},
  andThen: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const [highest]: { id: number | null }[] = await database.source.query(
    'SELECT max(id) AS id FROM dead_letters',
  );
  const highestId = Math.min(highest?.id ?? 0, seen?.highestId ?? Infinity);
  let done = 0;
  for (let endId: number | null = 0; endId !== null && signal?.aborted !== true;) {
    const parameters = [...filterParameters(filter), endId, highestId, seen?.countedAtUs ?? null];
    const chunk: ChunkRow = await database.transaction(async (tx) => {
      const [row]: ChunkRow[] = await tx.query(statement, parameters);
      if (row!.count > 0) await andThen(tx);
      return row!;
    });
    endId = chunk.end_id;
    done += chunk.count;
    if (endId !== null) onProgress?.(done);
  }
  return done;
}
