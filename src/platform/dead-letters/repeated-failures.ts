import type { Transaction } from '../database/database.js';
import { lastValueOf } from '../messaging/event-headers.js';
import type { RefusedEvent } from '../messaging/received-event.js';
import { DEAD_LETTER_ID_HEADER } from '../messaging/refused-events.js';
import { parseDeadLetterId } from './dead-letter-id.js';
import { isSameEvent, type Letter, type Repetition, REPETITIONS } from './letter-rows.js';

/**
 * An event is taken for the replay of a letter when its context, its topic, its key and its bytes are the letter's:
 * anybody can write the header. The letters are locked first, so that none is discarded while its attempt is written. The letter's own
 * delivery joins the history at its first repetition, before the newer reason takes its reason's place; that of a
 * letter which came with a header of its own is not a repetition.
 */
const RECORD = `
  WITH again AS (
    SELECT * FROM ${REPETITIONS.unnested('e')}
  ),
  held AS (
    SELECT again.*
    FROM dead_letters d JOIN again ON again.letter_id = d.id
    WHERE again.context = d.context AND ${isSameEvent('again', 'd')}
      AND (again.partition, again."offset", again.event_time) IS DISTINCT FROM (d.partition, d."offset", d.event_time)
    ORDER BY d.id
    FOR UPDATE OF d
  ),
  first AS (
    INSERT INTO dead_letter_attempts
      (letter_id, partition, "offset", event_time, event_timestamp, reason, attempts, failed_at)
    SELECT id, partition, "offset", event_time, event_timestamp, reason, attempts, created_at
    FROM dead_letters WHERE id IN (SELECT letter_id FROM held)
    ON CONFLICT DO NOTHING
  ),
  fresh AS (
    INSERT INTO dead_letter_attempts (letter_id, partition, "offset", event_time, event_timestamp, reason, attempts)
    SELECT letter_id, partition, "offset", event_time, event_timestamp, reason, attempts FROM held
    ON CONFLICT DO NOTHING
    RETURNING *
  ),
  counted AS (
    UPDATE dead_letters d
    SET attempts = least(d.attempts + f.attempts, 2147483647)::int, reason = f.reason, state = 'waiting'
    FROM (SELECT letter_id, sum(attempts) AS attempts,
                 (array_agg(reason ORDER BY event_time DESC, "offset" DESC))[1] AS reason
          FROM fresh GROUP BY letter_id) AS f
    WHERE d.id = f.letter_id
  )
  SELECT place::int AS place, EXISTS (SELECT FROM fresh f
                        WHERE (f.letter_id, f.partition, f."offset", f.event_time)
                            = (held.letter_id, held.partition, held."offset", held.event_time)) AS is_fresh
  FROM held`;

interface Recorded {
  /** Refused for the first time now; the others of theirs were delivered again, and have been counted. */
  readonly repeated: readonly Letter[];
  /** What is no replay of any letter. */
  readonly others: readonly Letter[];
}

/** Writes the failures of replays to the letters that they are of, which then wait for somebody again. */
export async function recordRepeatedFailures(tx: Transaction, refused: readonly Letter[]): Promise<Recorded> {
  const candidates = refused.flatMap(repetitionsOf);
  if (candidates.length === 0) return { repeated: [], others: refused };
  const rows: { place: number; is_fresh: boolean }[] = await tx.query(
    RECORD,
    REPETITIONS.arraysOf(candidates),
  );
  const found = new Map(rows.map(({ place, is_fresh: isFresh }) => [candidates[place - 1]!.event, isFresh]));
  return {
    repeated: refused.filter(({ event }) => found.get(event) === true),
    others: refused.filter(({ event }) => !found.has(event)),
  };
}

/** What says of itself that it is a replay, and nothing of what does not. */
export function repetitionsOf(refused: RefusedEvent): Repetition[] {
  const header = lastValueOf(refused.event.headers, DEAD_LETTER_ID_HEADER);
  const letterId = header && parseDeadLetterId(header.toString('latin1'));
  return letterId === undefined ? [] : [{ ...refused, letterId }];
}
