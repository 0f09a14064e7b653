import { EntitySchema } from 'typeorm';

interface IdempotencyKeyRow {
  key: string;
  fingerprint: Buffer;
  answer: unknown;
  locked_until: Date;
  created_at: Date;
}

export const IdempotencyKeyEntity = new EntitySchema<IdempotencyKeyRow>({
  name: 'idempotency_key',
  tableName: 'idempotency_keys',
  columns: {
    key: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_idempotency_keys' },
    fingerprint: { type: 'bytea' },
    answer: { type: 'jsonb', nullable: true },
    locked_until: { type: 'timestamptz' },
    created_at: { type: 'timestamptz', default: () => 'now()' },
  },
  indices: [{ name: 'ix_idempotency_keys_created_at', columns: ['created_at'] }],
});
