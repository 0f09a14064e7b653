import { EntitySchema } from 'typeorm';

/** A key of a tenant, and how it stands. All of the source is null where it was stored before it was answered. */
export interface CacheEntryRow {
  instance_id: Buffer;
  key: Buffer;
  version: number;
  value: Buffer | null;
  content_type: string | null;
  metadata: string | null;
  ttl_seconds: number | null;
  created_at: Date;
  updated_at: Date;
  written_at: Date;
  ends_at: Date | null;
  source: string | null;
  source_offset: number | null;
  source_time: Date | null;
}

export const CacheEntryEntity = new EntitySchema<CacheEntryRow>({
  name: 'cache_entry',
  schema: 'entries',
  tableName: 'cache_entries',
  columns: {
    instance_id: { type: 'bytea', primary: true, primaryKeyConstraintName: 'pk_cache_entries' },
    key: { type: 'bytea', primary: true, primaryKeyConstraintName: 'pk_cache_entries' },
    version: { type: 'bigint' },
    value: { type: 'bytea', nullable: true, comment: 'a JSON text, or bytes; null: a tombstone' },
    content_type: { type: 'text', nullable: true, comment: 'of bytes; null: JSON' },
    metadata: { type: 'text', nullable: true, comment: 'a JSON object as it came' },
    ttl_seconds: { type: 'bigint', nullable: true },
    created_at: { type: 'timestamptz', comment: 'when the key last came to be' },
    updated_at: { type: 'timestamptz' },
    written_at: { type: 'timestamptz', comment: 'X-Write-Timestamp, or updated_at' },
    ends_at: { type: 'timestamptz', nullable: true, comment: 'of the value; of a tombstone since when' },
    source: { type: 'text', nullable: true, comment: 'topic/partition of the event that it was stored from' },
    source_offset: { type: 'bigint', nullable: true },
    source_time: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'ix_cache_entries_updated_at', columns: ['updated_at'] },
    // Partial indices, with their conditions as PostgreSQL writes them.
    {
      name: 'ix_cache_entries_ends_at',
      columns: ['ends_at'],
      where: '((value IS NOT NULL) AND (ends_at IS NOT NULL))',
    },
    { name: 'ix_cache_entries_tombstones', columns: ['ends_at'], where: '(value IS NULL)' },
  ],
});
