import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The entries, and what is known of the Redis that holds some of them. The schema is there before. */
export class Entries1797163200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE entries.cache_entries (
        instance_id   bytea       NOT NULL,
        key           bytea       NOT NULL,
        version       bigint      NOT NULL,
        value         bytea,
        content_type  text,
        metadata      text,
        ttl_seconds   bigint,
        created_at    timestamptz NOT NULL,
        updated_at    timestamptz NOT NULL,
        written_at    timestamptz NOT NULL,
        ends_at       timestamptz,
        source        text,
        source_offset bigint,
        source_time   timestamptz,
        CONSTRAINT pk_cache_entries PRIMARY KEY (instance_id, key)
      )`);
    await runner.query(`
      COMMENT ON COLUMN entries.cache_entries.value IS 'a JSON text, or bytes; null: a tombstone';
      COMMENT ON COLUMN entries.cache_entries.content_type IS 'of bytes; null: JSON';
      COMMENT ON COLUMN entries.cache_entries.metadata IS 'a JSON object as it came';
      COMMENT ON COLUMN entries.cache_entries.created_at IS 'when the key last came to be';
      COMMENT ON COLUMN entries.cache_entries.written_at IS 'X-Write-Timestamp, or updated_at';
      COMMENT ON COLUMN entries.cache_entries.ends_at IS 'of the value; of a tombstone since when';
      COMMENT ON COLUMN entries.cache_entries.source IS 'topic/partition of the event that it was stored from'`);
    await runner.query('CREATE INDEX ix_cache_entries_updated_at ON entries.cache_entries (updated_at)');
    await runner.query(`
      CREATE INDEX ix_cache_entries_ends_at ON entries.cache_entries (ends_at)
       WHERE value IS NOT NULL AND ends_at IS NOT NULL`);
    await runner.query(
      'CREATE INDEX ix_cache_entries_tombstones ON entries.cache_entries (ends_at) WHERE value IS NULL',
    );
    await runner.query(`
      CREATE TABLE entries.redis_epoch (
        id     boolean NOT NULL DEFAULT true,
        epoch  bigint  NOT NULL,
        run_id text,
        is_left boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_redis_epoch PRIMARY KEY (id)
      )`);
    // Later than any epoch of a database that was there before, whose values may stand in Redis still.
    await runner.query(
      'INSERT INTO entries.redis_epoch (epoch) VALUES ((extract(epoch FROM clock_timestamp()) * 1000)::bigint)',
    );
    await runner.query(`
      COMMENT ON COLUMN entries.redis_epoch.run_id IS 'of the server that answered last';
      COMMENT ON COLUMN entries.redis_epoch.is_left IS 'values stand there of processes that have stopped'`);
    await runner.query(`
      CREATE TABLE entries.redis_users (
        id serial NOT NULL,
        CONSTRAINT pk_redis_users PRIMARY KEY (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['redis_users', 'redis_epoch', 'cache_entries']) {
      await runner.query(`DROP TABLE entries.${table}`);
    }
  }
}
