import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { asRfc3339 } from '../database/rfc3339-text.js';
import { wakeRelay } from '../messaging/outbox/outbox.js';
import { DEAD_LETTER_ID_HEADER, EDITED_LETTER_ID_HEADER } from '../messaging/refused-events.js';
import type { DeadLetterState } from './dead-letter.entity.js';
import { type BytesView, bytesView } from './dead-letter-views.js';
import type { Edit } from './edited-event.js';

/**
 * Sends a value ($2) in the place of a letter's, unless that was done since somebody saw how often it had been ($3). It is a
 * new event: it has the letter's key and headers, but does not say of itself that it is a replay, so that every context takes
 * it, and what is refused of it is a letter of its own.
 */
const SEND_EDITED = `
  WITH held AS (SELECT id, edits AS edits_before FROM dead_letters WHERE id = $1 FOR UPDATE),
  edited AS (
    UPDATE dead_letters
    SET state = 'edited', edits = edits + 1, edited_at = now(), edited_value = $2
    WHERE id IN (SELECT id FROM held WHERE $3::int IS NULL OR edits_before = $3)
    RETURNING id, state, topic, key, headers, header_list, edits, edited_at
  ),
  sent AS (
    INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
    SELECT 'dead-letter', id::text, 'dead-letter.edited', topic,
           jsonb_build_object('${EDITED_LETTER_ID_HEADER}', id::text), $2,
           jsonb_build_object('key', encode(key, 'base64'),
                              'headers', headers - '${DEAD_LETTER_ID_HEADER}' - '${EDITED_LETTER_ID_HEADER}',
                              'header_list', (SELECT jsonb_agg(header ORDER BY place)
                                              FROM jsonb_array_elements(header_list) WITH ORDINALITY AS h (header, place)
                                              WHERE header ->> 0 <> encode('${DEAD_LETTER_ID_HEADER}', 'base64')),
                              'is_tombstone', false)
    FROM edited
  )
  SELECT edited.id, state, topic, key, edits, ${asRfc3339('edited_at')} AS edited_at
  FROM held LEFT JOIN edited ON true`;

/** What was sent in the place of a letter's event. */
export interface EditedLetter {
  readonly id: number;
  readonly state: DeadLetterState;
  /** Where it goes. */
  readonly topic: string;
  readonly key: BytesView | null;
  readonly value: BytesView;
  /** How often something was sent in the letter's place. */
  readonly edits: number;
  /** RFC 3339. */
  readonly edited_at: string;
}

/** Without an id where the letter is there, and was not edited. */
type SentRow = Omit<EditedLetter, 'id' | 'key' | 'value'> & {
  readonly id: number | null;
  readonly key: Buffer | null;
};

/** Somebody else has sent something in the letter's place since it was looked at; nothing was sent. */
export class EditedMeanwhileError extends Error {
  override readonly name = 'EditedMeanwhileError';

  constructor(id: number) {
    super(`something else was sent in the place of dead letter ${id} meanwhile`);
  }
}

/** Sends edited letters, through the outbox, as new events. */
@Injectable()
export class DeadLetterEdits {
  constructor(private readonly database: Database) {}

  /**
   * Whatever the letter's state; undefined where there is none of this id.
   *
   * @throws EditedMeanwhileError when the letter has other `edits` than those that were seen
   */
  send(id: number, { value, edits }: Edit): Promise<EditedLetter | undefined> {
    return this.database.transaction(async (tx) => {
      const [row]: SentRow[] = await tx.query(SEND_EDITED, [id, value, edits ?? null]);
      if (row === undefined) return undefined;
      if (row.id === null) throw new EditedMeanwhileError(id);
      await wakeRelay(tx);
      return { ...row, id: row.id, key: bytesView(row.key), value: bytesView(value)! };
    });
  }
}
