import { EntitySchema } from 'typeorm';
import type { HeaderJson } from '../event-headers.js';

/** An event that a context has not processed yet, and that has left the outbox. */
interface LoopbackBacklogRow {
  context: string;
  topic: string;
  /** Its id in the outbox, which is its offset. */
  message_id: number;
  created_at: Date;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly HeaderJson[];
}

const key = { primary: true, primaryKeyConstraintName: 'pk_loopback_backlog' };

export const LoopbackBacklogEntity = new EntitySchema<LoopbackBacklogRow>({
  name: 'loopback_backlog',
  tableName: 'loopback_backlog',
  columns: {
    context: { type: 'text', ...key },
    topic: { type: 'text', ...key },
    message_id: { type: 'bigint', ...key },
    created_at: { type: 'timestamptz' },
    key: { type: 'bytea', nullable: true },
    value: { type: 'bytea', nullable: true },
    headers: { type: 'jsonb', comment: 'pairs of name and value in base64' },
  },
});
