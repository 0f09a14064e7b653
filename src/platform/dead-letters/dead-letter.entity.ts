import { EntitySchema } from 'typeorm';
import type { HeaderJson } from '../messaging/event-headers.js';

/**
 * `waiting` for somebody to look at it; `replayed` once it was sent again, until that fails as well; `edited` once
 * something else was sent in its place.
 */
export const DEAD_LETTER_STATES = ['waiting', 'replayed', 'edited'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

interface DeadLetterRow {
  id: number;
  /** Who has refused it. */
  context: string;
  topic: string;
  partition: number;
  offset: number;
  /** Of the year 9999 where the timestamp is no time. */
  event_time: Date;
  /** Null in rows of the version before. */
  event_timestamp: string | null;
  key: Buffer | null;
  value: Buffer | null;
  /** As the version before has them: the last value of each name, in base64, in no order. */
  headers: Record<string, string>;
  /** All of them; null where there are none, and in rows of the version before. */
  header_list: readonly HeaderJson[] | null;
  reason: string;
  attempts: number;
  created_at: Date;
  state: DeadLetterState;
  /** How often it has been sent again. */
  replays: number;
  replayed_at: Date | null;
  /** How often something else was sent in its place. */
  edits: number;
  edited_at: Date | null;
  /** What was sent in its place last. */
  edited_value: Buffer | null;
}

/** A delivery that failed, of a letter that was sent again. */
interface DeadLetterAttemptRow {
  letter_id: number;
  partition: number;
  offset: number;
  event_time: Date;
  event_timestamp: string | null;
  reason: string;
  attempts: number;
  failed_at: Date;
}

export const DeadLetterEntity = new EntitySchema<DeadLetterRow>({
  name: 'dead_letter',
  tableName: 'dead_letters',
  columns: {
    id: {
      type: 'bigint',
      primary: true,
      generated: 'increment',
      primaryKeyConstraintName: 'pk_dead_letters',
    },
    // The version before knows of no other context, and leaves it out.
    context: { type: 'text', default: 'orders' },
    topic: { type: 'text' },
    partition: { type: 'integer' },
    offset: { type: 'bigint' },
    event_time: { type: 'timestamptz' },
    key: { type: 'bytea', nullable: true },
    value: { type: 'bytea', nullable: true },
    headers: { type: 'jsonb' },
    header_list: {
      type: 'jsonb',
      nullable: true,
      comment:
        'all headers in their order, as pairs of name and value in base64; null where headers says it all',
    },
    event_timestamp: {
      type: 'bigint',
      nullable: true,
      comment:
        'what the event has, mostly milliseconds since 1970; event_time is the same moment where a calendar has it',
    },
    reason: { type: 'text' },
    attempts: { type: 'integer' },
    created_at: { type: 'timestamptz', default: () => 'now()' },
    state: { type: 'text', default: 'waiting' },
    replays: { type: 'integer', default: 0 },
    replayed_at: { type: 'timestamptz', nullable: true },
    edits: { type: 'integer', default: 0 },
    edited_at: { type: 'timestamptz', nullable: true },
    edited_value: { type: 'bytea', nullable: true, comment: 'what was sent in its place last' },
  },
  indices: [
    { name: 'ix_dead_letters_topic', columns: ['topic', 'id'] },
    { name: 'ix_dead_letters_state', columns: ['state', 'id'] },
    { name: 'ix_dead_letters_created_at', columns: ['created_at'] },
  ],
  uniques: [
    { name: 'uq_dead_letters_origin', columns: ['context', 'topic', 'partition', 'offset', 'event_time'] },
  ],
});

const attemptKey = { primary: true, primaryKeyConstraintName: 'pk_dead_letter_attempts' };

/** The only foreign key of the house: an attempt may be written while its letter is being discarded. */
export const DeadLetterAttemptEntity = new EntitySchema<DeadLetterAttemptRow>({
  name: 'dead_letter_attempt',
  tableName: 'dead_letter_attempts',
  columns: {
    letter_id: { type: 'bigint', ...attemptKey },
    partition: { type: 'integer', ...attemptKey },
    offset: { type: 'bigint', ...attemptKey },
    event_time: { type: 'timestamptz', ...attemptKey },
    event_timestamp: { type: 'bigint', nullable: true },
    reason: { type: 'text' },
    attempts: { type: 'integer' },
    failed_at: { type: 'timestamptz', default: () => 'now()' },
  },
  foreignKeys: [
    {
      name: 'fk_dead_letter_attempts_letter',
      target: 'dead_letter',
      columnNames: ['letter_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});
