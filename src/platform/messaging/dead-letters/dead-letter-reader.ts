import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { asRfc3339 } from '../../database/rfc3339-text.js';
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

/** The version before leaves the timestamp to the column of the time. */
const EVENT_TIMESTAMP = `
  coalesce(event_timestamp, floor(extract(epoch FROM event_time) * 1000)::bigint)::text AS event_timestamp`;

const SUMMARY = `
  id, state, topic, partition, "offset", ${EVENT_TIMESTAMP}, key, octet_length(value) AS value_bytes, reason, attempts,
  replays, ${asRfc3339('created_at')} AS refused_at, ${asRfc3339('replayed_at')} AS replayed_at`;

const PAGE = `
  SELECT ${SUMMARY}
  FROM dead_letters
  WHERE ($6::bigint IS NULL OR id < $6) AND ${MATCHES_FILTER}
  ORDER BY dead_letters.id DESC
  LIMIT $7`;

const FIND = `SELECT ${SUMMARY}, value, headers, header_list FROM dead_letters WHERE id = $1`;

const FAILURES = `
  SELECT partition, "offset", ${EVENT_TIMESTAMP}, reason, attempts, ${asRfc3339('failed_at')} AS failed_at
  FROM dead_letter_attempts a
  WHERE letter_id = $1
  ORDER BY a.failed_at, a.event_time, a."offset"`;

const COUNT = `SELECT count(*) AS count FROM dead_letters WHERE ${MATCHES_FILTER}`;

export interface DeadLetterPage {
  readonly letters: readonly DeadLetterSummary[];
  /** The id that the next page begins below; not there after the last one. */
  readonly next?: number;
}

/** The dead letters as people look at them, newest first. */
@Injectable()
export class DeadLetterReader {
  constructor(private readonly database: Database) {}

  /** One page of up to `limit` letters below an id. Costs the same wherever in the list it stands. */
  async page(filter: DeadLetterFilter, limit: number, belowId?: number): Promise<DeadLetterPage> {
    const parameters = [...filterParameters(filter), belowId ?? null, limit + 1];
    const rows: SummaryRow[] = await this.database.source.query(PAGE, parameters);
    const letters = rows.slice(0, limit).map(summaryOf);
    return rows.length > limit ? { letters, next: letters.at(-1)!.id } : { letters };
  }

  /** A letter with its bytes and all of its failures; undefined where there is none of this id. */
  async find(id: number): Promise<DeadLetterDetails | undefined> {
    const [row]: DetailsRow[] = await this.database.source.query(FIND, [id]);
    if (row === undefined) return undefined;
    const failures: FailureRow[] = await this.database.source.query(FAILURES, [id]);
    return detailsOf(row, failures.length > 0 ? failures : [onlyFailureOf(row)]);
  }

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
