import { EntitySchema } from 'typeorm';
import type { ExactParts } from './exact-parts.js';

/** A row of the outbox, in the columns that Debezium's outbox event router expects, and `topic` and `headers`. */
interface OutboxRow {
  id: number;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  topic: string;
  headers: Record<string, string>;
  payload: Buffer;
  created_at: Date;
  exact: ExactParts | null;
}

export const OutboxEntity = new EntitySchema<OutboxRow>({
  name: 'outbox',
  tableName: 'outbox',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'pk_outbox' },
    aggregatetype: { type: 'text' },
    aggregateid: { type: 'text' },
    type: { type: 'text' },
    topic: { type: 'text' },
    headers: { type: 'jsonb' },
    payload: { type: 'bytea' },
    created_at: { type: 'timestamptz', default: () => 'now()' },
    exact: {
      type: 'jsonb',
      nullable: true,
      comment: 'key, headers and null value of a message whose bytes need not be text',
    },
  },
  indices: [{ name: 'ix_outbox_topic', columns: ['topic', 'id'] }],
});
