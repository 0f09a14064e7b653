import { EntitySchema } from 'typeorm';

/** An operator's request to skip the batch that contains this offset. */
interface BatchSkipRow {
  topic: string;
  partition: number;
  offset: number;
  asked_at: Date;
}

export const BatchSkipEntity = new EntitySchema<BatchSkipRow>({
  name: 'batch_skip',
  tableName: 'batch_skips',
  columns: {
    topic: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_batch_skips' },
    partition: { type: 'integer', primary: true, primaryKeyConstraintName: 'pk_batch_skips' },
    offset: { type: 'bigint', primary: true, primaryKeyConstraintName: 'pk_batch_skips' },
    asked_at: { type: 'timestamptz', default: () => 'now()' },
  },
});
