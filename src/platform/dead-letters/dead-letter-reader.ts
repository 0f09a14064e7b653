import { Injectable } from '@nestjs/common';
import { type BoundedCount, countWithin, MAX_COUNTED } from '../database/bounded-count.js';
import { Database } from '../database/database.js';
import { asRfc3339 } from '../database/rfc3339-text.js';
import { type DeadLetterFilter, filterParameters, MATCHES_FILTER } from './dead-letter-filter.js';
import {
  type DeadLetterDetails,
  type DeadLetterSummary,
  detailsOf,
  type DetailsRow,
  type FailureRow,
  summaryOf,
  type SummaryRow,
} from './dead-letter-views.js';
import type { SeenLetters } from './seen-letters.js';

/** The version before leaves the timestamp to the column of the time. */
const EVENT_TIMESTAMP = `
  coalesce(event_timestamp, floor(extract(epoch FROM event_time) * 1000)::bigint)::text AS event_timestamp`;

const SUMMARY = `
  id, state, context, topic, partition, "offset", ${EVENT_TIMESTAMP}, key, octet_length(value) AS value_bytes, reason, attempts,
  replays, ${asRfc3339('created_at')} AS refused_at, ${asRfc3339('replayed_at')} AS replayed_at,
  edits, ${asRfc3339('edited_at')} AS edited_at`;

/** Keys and reasons of a page: a page ends with the letter that makes this full, so that none is empty. */
const MAX_PAGE_BYTES = 1_048_576;
/** The newest of a letter that are shown. */
const MAX_FAILURES = 500;

/** The lengths are known without the keys, which are read of the letters that are shown. */
const PAGE = `
  SELECT *
  FROM (
    SELECT matching.*, count(*) OVER () AS found,
           coalesce(sum(coalesce(octet_length(key), 0) + octet_length(reason)) OVER (
             ORDER BY id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
    FROM (
      SELECT ${SUMMARY}
      FROM dead_letters
      WHERE ($7::bigint IS NULL OR id < $7) AND ${MATCHES_FILTER}
      ORDER BY dead_letters.id DESC
      LIMIT $8
    ) AS matching
  ) AS measured
  WHERE bytes_before < ${MAX_PAGE_BYTES}
  ORDER BY id DESC`;

const FIND = `SELECT ${SUMMARY}, value, edited_value, headers, header_list FROM dead_letters WHERE id = $1`;

const FAILURES = `
  SELECT partition, "offset", ${EVENT_TIMESTAMP}, reason, attempts, ${asRfc3339('failed_at')} AS failed_at
  FROM (SELECT * FROM dead_letter_attempts
        WHERE letter_id = $1
        ORDER BY failed_at DESC, event_time DESC, "offset" DESC
        LIMIT ${MAX_FAILURES}) AS a
  ORDER BY a.failed_at, a.event_time, a."offset"`;

const COUNT = `SELECT count(*) AS count FROM dead_letters WHERE ${MATCHES_FILTER}`;

const COUNT_SOME = `
  SELECT count(*) AS count
  FROM (SELECT FROM dead_letters WHERE ${MATCHES_FILTER} LIMIT ${MAX_COUNTED + 1}) AS matching`;
/** No index finds a part of a reason. */
const COUNT_LIMIT_MS = 2_000;

const SEEN_NOW = `
  SELECT coalesce(max(id), 0) AS "highestId",
         (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS "countedAtUs"
  FROM dead_letters`;

export interface DeadLetterPage {
  readonly letters: readonly DeadLetterSummary[];
  /** The id that the next page begins below; not there after the last one. */
  readonly next?: number;
}

/** The dead letters as people look at them, newest first. */
@Injectable()
export class DeadLetterReader {
  constructor(private readonly database: Database) {}

  /**
   * One page of up to `limit` letters below an id, of which the last is the one that makes {@link MAX_PAGE_BYTES} full.
   * Costs the same wherever in the list it stands.
   */
  async page(filter: DeadLetterFilter, limit: number, belowId?: number): Promise<DeadLetterPage> {
    const parameters = [...filterParameters(filter), belowId ?? null, limit + 1];
    const rows: (SummaryRow & { found: number })[] = await this.database.source.query(PAGE, parameters);
    const letters = rows.slice(0, limit).map(summaryOf);
    const found = rows[0]?.found ?? 0;
    return found > letters.length ? { letters, next: letters.at(-1)!.id } : { letters };
  }

  /** A letter with its bytes and its {@link MAX_FAILURES} newest failures; undefined where there is none of this id. */
  async find(id: number): Promise<DeadLetterDetails | undefined> {
    const [row]: DetailsRow[] = await this.database.source.query(FIND, [id]);
    if (row === undefined) return undefined;
    const failures: FailureRow[] = await this.database.source.query(FAILURES, [id]);
    return detailsOf(row, failures.length > 0 ? failures : [onlyFailureOf(row)]);
  }

  /** Up to where letters that are counted from now on are counted at least. */
  async seenNow(): Promise<SeenLetters> {
    const [seen]: SeenLetters[] = await this.database.source.query(SEEN_NOW);
    return seen!;
  }

  /** Counts up to {@link MAX_COUNTED}; what cannot be counted within two seconds is 0 or more, and not exact. */
  countSome(filter: DeadLetterFilter): Promise<BoundedCount> {
    return countWithin(this.database, COUNT_LIMIT_MS, async (tx) => {
      const [row]: { count: number }[] = await tx.query(COUNT_SOME, filterParameters(filter));
      return row!.count;
    });
  }

  /** Counts all of them, however long that takes. */
  async count(filter: DeadLetterFilter): Promise<number> {
    const [row]: { count: number }[] = await this.database.source.query(COUNT, filterParameters(filter));
    return row!.count;
  }
}

/** The history is written once there is more than what the letter itself tells. */
function onlyFailureOf(row: DetailsRow): FailureRow {
  const { partition, offset, event_timestamp, reason, attempts, refused_at: failed_at } = row;
  return { partition, offset, event_timestamp, reason, attempts, failed_at };
}
