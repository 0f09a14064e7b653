import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { asRfc3339 } from '../database/rfc3339-text.js';
import { wakeRelay } from '../messaging/outbox/outbox.js';
import { DEAD_LETTER_ID_HEADER } from '../messaging/refused-events.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import type { DeadLetterState } from './dead-letter.entity.js';
import { CHUNK_END, HOLD_CHUNK, inChunks, type LongWork } from './in-chunks.js';

/**
 * Copies the letters that are `held` to the outbox within PostgreSQL, so that their bytes do not travel. A header that
 * a letter had of an older letter gives way to its own.
 */
const REPLAY_HELD = `
  replayed AS (
    UPDATE dead_letters
    SET state = 'replayed', replays = replays + 1, replayed_at = now()
    WHERE id IN (SELECT id FROM held)
    RETURNING id, state, topic, key, value, headers, header_list, replays, replayed_at
  ),
  sent AS (
    INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
    SELECT 'dead-letter', id::text, 'dead-letter.replayed', topic,
           jsonb_build_object('${DEAD_LETTER_ID_HEADER}', id::text), coalesce(value, ''),
           jsonb_build_object('key', encode(key, 'base64'), 'headers', headers - '${DEAD_LETTER_ID_HEADER}',
                              'header_list', header_list, 'is_tombstone', value IS NULL)
    FROM replayed
    ORDER BY replayed.id
  )`;

const REPLAY_ONE = `
  WITH held AS (SELECT id FROM dead_letters WHERE id = $1 FOR UPDATE),
  ${REPLAY_HELD}
  SELECT id, state, topic, replays, ${asRfc3339('replayed_at')} AS replayed_at FROM replayed`;

const REPLAY_CHUNK = `
  ${HOLD_CHUNK},
  ${REPLAY_HELD}
  SELECT ${CHUNK_END}, (SELECT count(*) FROM replayed)::int AS count`;

/** What a replay has made of a letter. */
export interface ReplayedLetter {
  readonly id: number;
  readonly state: DeadLetterState;
  /** Where it goes. */
  readonly topic: string;
  readonly replays: number;
  /** RFC 3339. */
  readonly replayed_at: string;
}

/** Sends letters to the topics that they came on, through the outbox, as the events that they were. */
@Injectable()
export class DeadLetterReplays {
  constructor(private readonly database: Database) {}

  /** Replays a letter, whatever its state; undefined where there is none of this id. */
  one(id: number): Promise<ReplayedLetter | undefined> {
    return this.database.transaction(async (tx) => {
      const [letter]: ReplayedLetter[] = await tx.query(REPLAY_ONE, [id]);
      if (letter !== undefined) await wakeRelay(tx);
      return letter;
    });
  }

  /** @returns how many were replayed */
  matching(filter: DeadLetterFilter, work?: LongWork): Promise<number> {
    return inChunks(this.database, filter, REPLAY_CHUNK, work, wakeRelay);
  }
}
