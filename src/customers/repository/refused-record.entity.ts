import { EntitySchema } from 'typeorm';

/** The origin of a record that was refused: every process and every restart meets it again. */
interface RefusedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Tells records apart of topics that were made anew. */
  readonly event_timestamp: number;
}

const PRIMARY_KEY = 'pk_refused_records';
const part = { primary: true, primaryKeyConstraintName: PRIMARY_KEY } as const;

export const RefusedRecordEntity = new EntitySchema<RefusedRecord>({
  name: 'refused_customer_record',
  schema: 'customers',
  tableName: 'refused_records',
  columns: {
    topic: { type: 'text', ...part },
    partition: { type: 'integer', ...part },
    offset: { type: 'bigint', ...part },
    event_timestamp: { type: 'bigint', ...part },
  },
});
