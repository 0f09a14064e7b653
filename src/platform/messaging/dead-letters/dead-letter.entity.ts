import { EntitySchema } from 'typeorm';

interface DeadLetterRow {
  id: number;
  topic: string;
  partition: number;
  offset: number;
  event_time: Date;
  key: Buffer | null;
  value: Buffer | null;
  /** Values in base64: a header may hold any bytes. */
  headers: Record<string, string>;
  reason: string;
  attempts: number;
  created_at: Date;
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
    topic: { type: 'text' },
    partition: { type: 'integer' },
    offset: { type: 'bigint' },
    event_time: { type: 'timestamptz' },
    key: { type: 'bytea', nullable: true },
    value: { type: 'bytea', nullable: true },
    headers: { type: 'jsonb' },
    reason: { type: 'text' },
    attempts: { type: 'integer' },
    created_at: { type: 'timestamptz', default: () => 'now()' },
  },
  uniques: [{ name: 'uq_dead_letters_origin', columns: ['topic', 'partition', 'offset', 'event_time'] }],
});
