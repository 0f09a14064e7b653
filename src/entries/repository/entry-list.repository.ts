import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { EntryPage, EntryPageQuery } from '../model/entry-page.js';

/** Rows that a page looks at, unless it is to have more keys: tombstones stand between them. */
const ROWS = 1_000;

/** The rows behind $2 that begin with $3, as far as a page looks. The last one tells where the next page begins. */
const PAGE = `
  WITH seen AS MATERIALIZED (
    SELECT key, value IS NOT NULL AND (ends_at IS NULL OR ends_at > statement_timestamp()) AS is_alive,
           row_number() OVER (ORDER BY key) AS place
      FROM (
        SELECT key, value, ends_at FROM entries.cache_entries
         WHERE instance_id = $1 AND key > $2 AND key >= $3 AND ($4::bytea IS NULL OR key < $4)
         ORDER BY key LIMIT $6
      ) AS looked_at
  )
  SELECT key, is_alive, (SELECT count(*) FROM seen)::int AS rows
    FROM seen
   WHERE is_alive OR place = $6
   ORDER BY key LIMIT $5`;

interface PageRow {
  readonly key: Buffer;
  readonly is_alive: boolean;
  readonly rows: number;
}

/** Lists of keys. Throws what PostgreSQL or the network says. */
@Injectable()
export class EntryListRepository {
  constructor(private readonly database: Database) {}

  async page({ instance, prefix, after = '', limit }: EntryPageQuery): Promise<EntryPage> {
    const start = Buffer.from(prefix);
    const rowsAtMost = Math.max(ROWS, limit + 1);
    const rows = await this.database.source.query<PageRow[]>(PAGE, [
      Buffer.from(instance),
      Buffer.from(after),
      start,
      behindAll(start),
      limit + 1,
      rowsAtMost,
    ]);
    const shown = rows.slice(0, limit);
    const keys = shown.filter(({ is_alive }) => is_alive).map(({ key }) => key.toString());
    const hasMore = rows.length > limit || (rows[0]?.rows === rowsAtMost && shown.length > 0);
    return { keys, ...(hasMore && { next: shown.at(-1)!.key.toString() }) };
  }
}

/** The first bytes behind all that begin with these; null where nothing is. No byte of UTF-8 is 255. */
function behindAll(prefix: Buffer): Buffer | null {
  if (prefix.length === 0) return null;
  const behind = Buffer.from(prefix);
  behind[behind.length - 1]!++;
  return behind;
}
